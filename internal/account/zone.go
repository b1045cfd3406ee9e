package account

// Place is a time zone by the name of a place that people know; any other IANA zone is taken as well.
type Place struct{ Zone, Key string }

// Continent is a part of the world with its places.
type Continent struct {
	Key    string
	Places []Place
}

// Places are where the hub's members are likely to be, by part of the world; keys name messages.
func Places() []Continent { return places }

// ZoneKey names the message that says a zone's place: "zone.berlin"; "" for a zone that is none of Places.
func ZoneKey(zone string) string {
	for _, c := range places {
		for _, p := range c.Places {
			if p.Zone == zone {
				return p.Key
			}
		}
	}
	return ""
}

var places = []Continent{
	{"zone.europe", []Place{
		{"Europe/Amsterdam", "zone.amsterdam"}, {"Europe/Athens", "zone.athens"}, {"Europe/Belgrade", "zone.belgrade"},
		{"Europe/Berlin", "zone.berlin"}, {"Europe/Bratislava", "zone.bratislava"}, {"Europe/Brussels", "zone.brussels"},
		{"Europe/Bucharest", "zone.bucharest"}, {"Europe/Budapest", "zone.budapest"}, {"Europe/Chisinau", "zone.chisinau"},
		{"Europe/Copenhagen", "zone.copenhagen"}, {"Europe/Dublin", "zone.dublin"}, {"Europe/Helsinki", "zone.helsinki"},
		{"Europe/Istanbul", "zone.istanbul"}, {"Europe/Kyiv", "zone.kyiv"}, {"Europe/Lisbon", "zone.lisbon"},
		{"Europe/Ljubljana", "zone.ljubljana"}, {"Europe/London", "zone.london"}, {"Europe/Luxembourg", "zone.luxembourg"},
		{"Europe/Madrid", "zone.madrid"}, {"Europe/Malta", "zone.malta"}, {"Asia/Nicosia", "zone.nicosia"}, {"Europe/Oslo", "zone.oslo"},
		{"Europe/Paris", "zone.paris"}, {"Europe/Podgorica", "zone.podgorica"}, {"Europe/Prague", "zone.prague"},
		{"Atlantic/Reykjavik", "zone.reykjavik"}, {"Europe/Riga", "zone.riga"}, {"Europe/Rome", "zone.rome"},
		{"Europe/Sarajevo", "zone.sarajevo"}, {"Europe/Skopje", "zone.skopje"}, {"Europe/Sofia", "zone.sofia"},
		{"Europe/Stockholm", "zone.stockholm"}, {"Europe/Tallinn", "zone.tallinn"}, {"Asia/Tbilisi", "zone.tbilisi"},
		{"Europe/Tirane", "zone.tirana"}, {"Europe/Vienna", "zone.vienna"}, {"Europe/Vilnius", "zone.vilnius"},
		{"Europe/Warsaw", "zone.warsaw"}, {"Europe/Zagreb", "zone.zagreb"}, {"Europe/Zurich", "zone.zurich"}}},
	{"zone.asia", []Place{
		{"Asia/Shanghai", "zone.beijing"}, {"Asia/Urumqi", "zone.urumqi"}, {"Asia/Hong_Kong", "zone.hong_kong"},
		{"Asia/Macau", "zone.macau"}, {"Asia/Taipei", "zone.taipei"}, {"Asia/Singapore", "zone.singapore"},
		{"Asia/Tokyo", "zone.tokyo"}, {"Asia/Seoul", "zone.seoul"}, {"Asia/Bangkok", "zone.bangkok"},
		{"Asia/Ho_Chi_Minh", "zone.hanoi"}, {"Asia/Jakarta", "zone.jakarta"}, {"Asia/Kolkata", "zone.kolkata"},
		{"Asia/Almaty", "zone.almaty"}, {"Asia/Dubai", "zone.dubai"}, {"Asia/Jerusalem", "zone.jerusalem"},
		{"Australia/Sydney", "zone.sydney"}, {"Pacific/Auckland", "zone.auckland"}}},
	{"zone.americas", []Place{
		{"America/New_York", "zone.new_york"}, {"America/Chicago", "zone.chicago"}, {"America/Denver", "zone.denver"},
		{"America/Los_Angeles", "zone.los_angeles"}, {"America/Toronto", "zone.toronto"},
		{"America/Mexico_City", "zone.mexico_city"}, {"America/Sao_Paulo", "zone.sao_paulo"},
		{"America/Argentina/Buenos_Aires", "zone.buenos_aires"}}},
	{"zone.africa", []Place{
		{"Africa/Cairo", "zone.cairo"}, {"Africa/Nairobi", "zone.nairobi"}, {"Africa/Lagos", "zone.lagos"},
		{"Africa/Johannesburg", "zone.johannesburg"}}},
	{"zone.worldwide", []Place{{"UTC", "zone.utc"}}},
}
