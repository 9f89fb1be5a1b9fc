/** A socket for tests: the test opens it, speaks through it and reads what was sent. */

import type { Socket } from "./connection";
import type { FromBrowser, ToBrowser } from "./protocol";

export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  isClosed = false;
  readonly sent: FromBrowser[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as FromBrowser);
  }

  close(): void {
    this.isClosed = true;
  }

  opens(): void {
    this.onopen?.({} as Event);
  }

  says(message: ToBrowser): void {
    this.saysText(JSON.stringify(message));
  }

  saysText(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent);
  }

  ends(): void {
    this.onclose?.({} as CloseEvent);
  }
}

/** Sockets in the order in which they were opened. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];

  readonly open = (): FakeSocket => {
    const socket = new FakeSocket();
    this.all.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    return this.all[this.all.length - 1]!;
  }
}
