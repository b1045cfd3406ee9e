package accountweb

import (
	"strings"

	"senet/internal/httpx"
)

// named is what a browser's own description contains and the name its owner knows.
type named struct{ sign, name string }

// The first that is found counts: most browsers also call themselves Chrome or Safari.
var browsers = []named{{"MicroMessenger/", "WeChat"}, {"HuaweiBrowser/", "Huawei Browser"}, {"QQBrowser/", "QQ Browser"}, {"UCBrowser/", "UC Browser"},
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"},
	{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}}

var systems = []named{{"HarmonyOS", "HarmonyOS"}, {"OpenHarmony", "HarmonyOS"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"},
	{"Windows", "Windows"}, {"Macintosh", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}

// device names a browser by what it says of itself, for its owner to recognise.
func device(r *httpx.Request, userAgent string) string {
	b, s := first(browsers, userAgent), first(systems, userAgent)
	switch {
	case b != "" && s != "":
		return r.T("settings.device", "Browser", b, "System", s)
	case b+s != "":
		return b + s
	}
	return r.T("settings.device_unknown")
}

func first(names []named, in string) string {
	for _, n := range names {
		if strings.Contains(in, n.sign) {
			return n.name
		}
	}
	return ""
}
