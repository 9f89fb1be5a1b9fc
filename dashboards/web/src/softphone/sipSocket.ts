/** The WebSocket under JsSIP: says why it closed, and can be cut when nothing comes through it any more. */

import type { Socket } from "jssip/lib/Socket";

/** The service closes with it when another page of this agent takes the telephone. */
export const TAKEN_ELSEWHERE = 4001;

export class SipSocket implements Socket {
  via_transport: string;
  readonly sip_uri: string;
  private socket: WebSocket | null = null;
  private isRetired = false;

  constructor(readonly url: string) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.sip_uri = `sip:${host};transport=ws`;
  }

  // JsSIP puts its own functions here.
  onconnect(): void {}
  ondisconnect(_error: boolean, _code?: number, _reason?: string): void {}
  ondata<T>(_event: T): void {}

  connect(): void {
    if (this.isRetired || this.isConnected() || this.isConnecting()) return;
    const socket = new WebSocket(this.url, "sip");
    this.socket = socket;
    socket.onopen = () => this.onconnect();
    socket.onmessage = (event) => this.ondata(event.data);
    socket.onclose = (event) => this.closed(socket, !event.wasClean, event.code, event.reason);
  }

  /** Close for good. JsSIP knows and is not told. */
  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Open no more: JsSIP would come back while it still says good-bye. */
  retire(): void {
    this.isRetired = true;
  }

  /** Act as if the network had closed it: JsSIP comes back by itself. */
  cut(): void {
    const socket = this.socket;
    if (socket === null) return;
    this.closed(socket, true, 1006, "no answer");
    socket.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  private closed(socket: WebSocket, isError: boolean, code: number, reason: string): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.ondisconnect(isError, code, reason);
  }
}
