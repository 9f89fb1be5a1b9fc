/** Words of the page of messages and callbacks. */

export const messages = {
  title: "Messages and callbacks",
  views: "State of messages",
  state: {
    new: "New",
    taken: "Taken",
    done: "Done",
    all: "All",
  },
  move: {
    new: "Lay down",
    taken: "Take",
    done: "Done",
  },
  did: {
    new: "New again.",
    taken: "Yours now.",
    done: "Done.",
  },
  stateLabel: "State",
  leftAt: "Left at",
  box: "Box",
  sound: "Message",
  noSound: "No sound",
  note: "Note",
  addNote: "Add a note",
  noteKept: "The note is kept.",
  call: "Call back",
  callAsk: "Call {number} back? Your telephone rings first, then the customer's.",
  calling: "Calling back: your telephone rings first.",
  empty: "No new messages",
  emptyHint: "A message that a caller leaves in the menu appears here at once.",
  noMatch: "No messages match",
  noMatchHint: "Try another state or box.",
  showAll: "All messages",
  keys: {
    move: "select",
    play: "play",
  },
  newCount: "{n} new messages",
};
