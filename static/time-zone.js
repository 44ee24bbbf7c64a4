// Keeps the visitor's time zone in a cookie: the next pages show times and "today" by it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
const cookie = `time_zone=${zone}`;

if (/^[\w+/-]{1,64}$/.test(zone) && !document.cookie.split("; ").includes(cookie)) {
  document.cookie = `${cookie}; path=/; max-age=31536000; samesite=lax`;
}
