import { describe, expect, it } from "vitest";

import type { Customer } from "../live/protocol";
import { customerEdit, customerFaults, customerFields, customerNew, emptyCustomer } from "./customerForm";

const CUSTOMER: Customer = {
  customer_id: 7,
  version: 3,
  name: "王芳",
  company: "",
  kind: "owner",
  is_vip: false,
  numbers: ["13800138000", "010 5555 0000"],
  are_numbers_whole: true,
  address: "",
  mail: "",
  note: "",
  warnings: ["deaf on the left ear"],
  created_at: "2026-11-25T08:00:00Z",
  tickets: [],
  contacts: [],
};

describe("the customer form", () => {
  it("reads numbers and warnings by lines, also with Chinese separators", () => {
    const made = customerNew({ ...emptyCustomer("13800138000；010-5555 0000\n\n"), name: " 王芳 " }, "hq-1.1");
    expect(made).toMatchObject({ name: "王芳", numbers: ["13800138000", "010-5555 0000"], call_id: "hq-1.1" });
    expect(customerNew(emptyCustomer())).not.toHaveProperty("call_id");
  });

  it("finds missing names and numbers that are none", () => {
    expect(customerFaults(emptyCustomer("call me"))).toEqual(["name", "numbers"]);
    expect(customerFaults({ ...emptyCustomer("+86 138 0013 8000"), name: "x" })).toEqual([]);
  });

  it("sends only what was changed, with the version that was read", () => {
    const fields = { ...customerFields(CUSTOMER), company: "Acme" };
    expect(customerEdit(fields, CUSTOMER)).toEqual({ version: 3, company: "Acme" });
  });

  it("lets a number be added to masked ones, and sends none when none was touched", () => {
    const masked = { ...CUSTOMER, numbers: ["138****8000"], are_numbers_whole: false };
    const added = { ...customerFields(masked), numbers: "138****8000\n13900000000" };
    expect(customerFaults(added)).toEqual([]);
    expect(customerEdit(added, masked)).toEqual({ version: 3, numbers: ["138****8000", "13900000000"] });
    expect(customerEdit({ ...customerFields(masked), name: "x" }, masked)).toEqual({ version: 3, name: "x" });
  });
});
