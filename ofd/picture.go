package ofd

import "bytes"

// imageFormat names the format of a picture by its first bytes: PNG, JPEG, or
// empty for what licenses do not use.
func imageFormat(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "PNG"
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "JPEG"
	}
	return ""
}
