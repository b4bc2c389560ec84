// Moments as people read them, in the viewer's own time zone.

const DAY = 86_400_000;

const of = (options) => new Intl.DateTimeFormat(undefined, options);
const TIME = of({ hour: "2-digit", minute: "2-digit" });
const SECONDS = of({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const LOG = of({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const NUMBERS = of({ year: "numeric", month: "2-digit", day: "2-digit" });
const SHORT = of({ year: "numeric", month: "short", day: "numeric" });
const NORMAL = of({ year: "numeric", month: "long", day: "numeric" });
const LONG = of({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const HEADING = of({ weekday: "long", month: "long", day: "numeric" });

export const moment = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const time = (date) => TIME.format(date);
export const seconds = (date) => LOG.format(date);
export const hours = (date) => time(date).replace(/\s*[ap]\.?m\.?$/i, ""); // for the narrow column beside a message
export const full = (date) => `${LONG.format(date)}, ${SECONDS.format(date)}`;
export const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** "Today", "Yesterday", or the day. */
export function dayHeading(date, now = new Date()) {
  return relative(date, now) ?? HEADING.format(date);
}

/** "5 minutes ago". */
export function ago(date, now = new Date()) {
  const gone = Math.round((now - date) / 1000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(gone) >= size) return words.format(-Math.round(gone / size), unit);
  }
  return words.format(-gone, "second");
}

function relative(date, now) {
  if (sameDay(date, now)) return "Today";
  if (sameDay(date, new Date(now.getTime() - DAY))) return "Yesterday";
  return sameDay(date, new Date(now.getTime() + DAY)) ? "Tomorrow" : null;
}

/** The text of `<!date^seconds^format|fallback>`; the fallback when the moment or the format makes no sense. */
export function formatted(stamp, format, fallback) {
  const date = new Date(Number(stamp) * 1000);
  if (!Number.isFinite(date.getTime()) || !format) return fallback;
  const now = new Date();
  const forms = {
    date_num: () => NUMBERS.format(date),
    date: () => NORMAL.format(date),
    date_short: () => SHORT.format(date),
    date_long: () => LONG.format(date),
    date_pretty: () => relative(date, now)?.toLowerCase() ?? NORMAL.format(date),
    date_short_pretty: () => relative(date, now)?.toLowerCase() ?? SHORT.format(date),
    date_long_pretty: () => relative(date, now)?.toLowerCase() ?? LONG.format(date),
    day_divider_pretty: () => dayHeading(date, now),
    time: () => TIME.format(date),
    time_secs: () => SECONDS.format(date),
    ago: () => ago(date, now),
  };
  return format.replace(/\{([a-z_]+)\}/g, (whole, name) => (forms[name] ? forms[name]() : whole));
}
