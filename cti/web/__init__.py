"""The edge to browsers: HTTP and WebSocket."""
