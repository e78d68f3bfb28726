package main

import (
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/yinxin-org/yinxin/ofd"
)

// ofdCmd looks into OFD files. None of its commands judges a file: that is what "yinxin verify" is for.
type ofdCmd struct {
	Info    ofdInfoCmd    `cmd:"" help:"Tell what a file says of itself: metadata, pages, fonts, pictures, attachments, seals, coverage."`
	Render  ofdRenderCmd  `cmd:"" help:"Draw pages with their seals as SVG, PNG or PDF."`
	Extract ofdExtractCmd `cmd:"" help:"Write attachments, pictures, fonts, text, seals and metadata into a folder."`
	Diff    ofdDiffCmd    `cmd:"" help:"Tell in what two files differ: entries, metadata, text, attachments, seals, looks."`
}

// readOFD opens a file of anybody's making.
func readOFD(name string) (*ofd.Package, []byte, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	p, err := ofd.Read(b, ofd.Limits{})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, b, nil
}

// plain makes a value from a file fit for one line of a terminal: no control character in it does anything, and
// no invisible one turns the line around.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '\uFFFD'
		}
		return r
	}, s)
}

// millimetres writes a length as people read it.
func millimetres(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}
