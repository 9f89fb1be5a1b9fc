/** How people write dates and kinds of days when they paste a year of holidays, in both languages. */

/** 2027-02-06, 2027/2/6, 2027年2月6日 */
export const DATE = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;
/** 2-6, 2月6日 */
export const SHORT = /^(\d{1,2})[-/.月](\d{1,2})日?$/;
/** 6, 6日 */
export const DAY_ONLY = /^(\d{1,2})日?$/;
/** What stands between the first and the last day of a span. */
const BETWEEN = "~|—+|–|至|到|\\.\\.";
export const RANGE = new RegExp(`\\s*(?:${BETWEEN}| to )\\s*`);
/** A line with blanks only: a date, or two with a sign between them; kind; name; the rest in English. */
export const BARE_LINE = new RegExp(`^(\\S+(?:\\s*(?:${BETWEEN}|to)\\s*\\S+)?)\\s+(\\S+)(?:\\s+(\\S+))?(?:\\s+(.+))?$`);
/** 、 is a separator as well. */
export const SEPARATOR = /\s*[\t,;、]\s*/;
export const HOLIDAY = new Set(["holiday", "off", "放假", "休", "假", "节假日", "假日"]);
export const WORKDAY = new Set(["workday", "work", "上班", "班", "调休", "补班", "工作日"]);
