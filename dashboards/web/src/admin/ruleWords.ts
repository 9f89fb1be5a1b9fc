/** A fault of a rule as a sentence. */

import { i18n, t } from "../text";
import { CALLING_BOUNDS, DESK_BOUNDS, type Fault } from "./ruleFaults";

export function faultWord(fault: Fault | null): string {
  if (fault === null) return "";
  if (fault.key !== "range") return t(`rules.fault.${fault.key}`, { about: fault.about });
  const [least, most] = { ...DESK_BOUNDS, ...CALLING_BOUNDS }[fault.about as keyof typeof DESK_BOUNDS | keyof typeof CALLING_BOUNDS];
  const field = [`rules.desk.${fault.about}`, `rules.calling.${fault.about}`].find((key) => i18n.global.te(key, "zh"))!;
  return t("rules.fault.range", { field: t(field), least, most });
}
