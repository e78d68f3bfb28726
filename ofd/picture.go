package ofd

import (
	"bytes"
	"image"
	_ "image/gif"  // pictures in foreign files
	_ "image/jpeg" // pictures of holders
	"image/png"

	_ "golang.org/x/image/bmp" // pictures in foreign files
)

// picture is a PNG or JPEG file that is to be drawn.
type picture struct {
	format string // PNG or JPEG
	data   []byte
	config image.Config
}

// maxPixels bounds a raster and every picture drawn into one.
const maxPixels = 40_000_000

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

// foreignFormat names what licenses do not use but other files do.
func foreignFormat(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("BM")):
		return "BMP"
	case bytes.HasPrefix(data, []byte("GIF8")):
		return "GIF"
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return "TIFF"
	case bytes.HasPrefix(data, []byte("\x97JB2")):
		return "JBIG2"
	}
	return "unknown"
}

func isPackage(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// readPicture makes a picture of a file, or says why it cannot be drawn. BMP
// and the first frame of GIF become PNG.
func readPicture(data []byte) (*picture, string) {
	format := imageFormat(data)
	if format == "" {
		if f := foreignFormat(data); f != "BMP" && f != "GIF" {
			return nil, "picture in format " + f
		}
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return nil, "picture that is damaged"
	}
	if config.Width > maxPixels/config.Height {
		return nil, "picture of too many pixels"
	}
	if format != "" {
		return &picture{format, data, config}, ""
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "picture that is damaged"
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, "picture that is damaged"
	}
	return &picture{"PNG", out.Bytes(), config}, ""
}
