// Chooses the browser's own time zone in select[data-zone-guess]. The server takes any IANA zone, so one that the list
// does not know is added to it by its name.

const select = document.querySelector("select[data-zone-guess]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (select && zone) {
  if (![...select.options].some((option) => option.value === zone)) {
    select.prepend(new Option(zone, zone));
  }
  select.value = zone;
}
