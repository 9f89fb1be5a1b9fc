/** What a line of the timeline says: fields and values in words. */

import { categoryWord, coded, departmentWord, procedureWord } from "../casework/catalogue";
import type { Ticket, TicketEvent } from "../live/protocol";

export interface ChangeLine {
  field: string;
  before: string;
  after: string;
}

/** The changes of one line, as words. Text that is long is shown from its beginning. */
export function changeLines(event: TicketEvent, ticket: Pick<Ticket, "procedure">): ChangeLine[] {
  return Object.entries(event.changes).map(([field, [before = "", after = ""]]) => ({
    field: coded("tickets.field", field),
    before: valueWord(field, before, ticket.procedure),
    after: valueWord(field, after, ticket.procedure),
  }));
}

function valueWord(field: string, value: string, procedure: string): string {
  if (value === "") return "–";
  switch (field) {
    case "state":
      return coded("cases.state", value);
    case "priority":
      return coded("cases.priority", value);
    case "department":
      return departmentWord(value);
    case "procedure":
      return procedureWord(value);
    case "category":
      return categoryWord(procedure, value);
    default:
      return value;
  }
}
