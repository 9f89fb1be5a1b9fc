/** Words of calls back. */

export const callbacks = {
  title: "Callbacks",
  messages: "Messages",
  views: "State of callbacks",
  view: { open: "Open", done: "Settled" },
  state: {
    waiting: "Waiting",
    placed: "In the queue",
    dialling: "Being called",
    reached: "Reached",
    no_answer: "No answer",
    failed: "Not called",
    cancelled: "Taken back",
    unknown: "Outcome unknown",
  },
  customer: "Customer",
  queue: "Queue",
  askedAt: "Asked for",
  changedAt: "Last change",
  why: "Why",
  settle: "Settle",
  cancel: "Take back",
  cancelAsk: "Not call {number} back? The customer was told to expect a call.",
  cancelled: "Taken back.",
  empty: { open: "No open callbacks", done: "No settled callbacks yet" },
  emptyHint: "Who asks for a call in the menu appears here at once. Whom the system does not reach, people call.",
};

/** Why a callback is in its state. */
export const callbackWhy = {
  busy: "the customer was busy",
  rang: "it rang, nobody answered",
  served: "talked with the customer meanwhile",
  by_person: "taken back by",
  asked_again: "the customer asked once more",
  too_late: "not kept within 24 hours",
  not_dialled: "was not dialled",
  out_of_sight: "the switch was out of sight: please find out",
  switch_restarted: "the switch was restarted: in the queue again",
  timed_out: "waited too long: in the queue again",
  left_empty: "nobody was signed in",
  refused_empty: "nobody was signed in",
  withdrawn: "the customer was on the line himself",
  not_placed: "did not reach the queue: tried again",
  not_queued: "did not reach the queue: tried again",
};
