package xmlscan

import "strings"

// declares reports whether an XML declaration, from its name on, is of version 1.0 and of UTF-8.
func declares(text string) bool {
	version, encoding := pseudo(text, "version"), pseudo(text, "encoding")
	return version == "1.0" && (encoding == "" || strings.EqualFold(encoding, "utf-8"))
}

// pseudo is the value of a pseudo-attribute of the declaration, empty for none.
func pseudo(text, name string) string {
	_, rest, found := strings.Cut(text, name)
	rest = strings.TrimLeft(rest, " \t\r\n")
	if !found || !strings.HasPrefix(rest, "=") {
		return ""
	}
	rest = strings.TrimLeft(rest[1:], " \t\r\n")
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}
