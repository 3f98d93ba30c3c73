// Tells the server in which time zone the reader is, so that moments are shown in it from the next page on.
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const told = document.cookie.split("; ").includes(`pravila_zone=${zone}`);
  const secure = location.protocol === "https:" ? "; secure" : "";
  if (zone && !told) document.cookie = `pravila_zone=${zone}; path=/staff/; max-age=31536000; samesite=lax${secure}`;
})();
