"""The service behind the hotline: Asterisk on one side, browsers and the database on the other."""

VERSION = "0.1.0"
