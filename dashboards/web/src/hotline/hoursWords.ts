/** A fault of the hours page as a sentence. */

import { t } from "../text";
import type { Fault } from "./hoursEdit";

export const faultWord = (fault: Fault | null): string => (fault === null ? "" : t(`hours.fault.${fault.key}`, { about: fault.about }));
