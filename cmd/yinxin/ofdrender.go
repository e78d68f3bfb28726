package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ofd/font"
	"github.com/yinxin-org/yinxin/ses"
)

type ofdRenderCmd struct {
	Format string            `enum:"svg,png,pdf" default:"svg" help:"One of ${enum}."`
	Pages  string            `placeholder:"LIST" help:"Pages such as 1,3-5; all of them without it."`
	DPI    float64           `name:"dpi" default:"150" help:"Dots an inch of PNG."`
	Mask   map[string]string `mapsep:"," placeholder:"ITEM=TEXT" help:"Show a text instead of a data item's value, such as CZZTDM=3501**********1234. The value leaves no trace."`
	Banner string            `placeholder:"TEXT" help:"A line at the lower edge of every page, such as 以OFD为准."`
	Out    string            `short:"o" default:"." placeholder:"DIR" help:"Folder to write into; made if it is not there."`
	File   string            `arg:"" name:"file" help:"OFD file."`
}

// Help is the long help of the command.
func (ofdRenderCmd) Help() string {
	return `Writes DIR/NAME-PAGE.svg or .png, or DIR/NAME.pdf, and prints the names. The seals in a picture prove nothing. What a
page has but its picture does not show is told on the error output. Data items are those that "ofd info" lists
under "data index".`
}

// Run draws the pages.
func (c ofdRenderCmd) Run(s streams) error {
	p, _, err := readOFD(c.File)
	if err != nil {
		return err
	}
	info, err := p.Info()
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	numbers, err := pageNumbers(c.Pages, len(info.Pages))
	if err != nil {
		return err
	}
	for tag := range c.Mask {
		if _, known := info.Tags[tag]; !known {
			return fmt.Errorf("mask: the file has no data item %q", tag)
		}
	}
	o, err := drawing(p)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	o.Banner = c.Banner
	if len(c.Mask) > 0 {
		o.Mask = func(tag, value string) string {
			if text, masked := c.Mask[tag]; masked {
				return text
			}
			return value
		}
	}
	var pages []*ofd.Drawing
	for _, n := range numbers {
		d, err := p.Render(n-1, o)
		if err != nil {
			return fmt.Errorf("%s: page %d: %w", c.File, n, err)
		}
		for _, lost := range d.Missing {
			if _, err := fmt.Fprintf(s.err, "%s: page %d: not drawn: %s\n", c.File, n, plain(lost.String())); err != nil {
				return err
			}
		}
		pages = append(pages, d)
	}
	return c.write(s, numbers, pages, info.Title)
}

// write makes the files and prints their names.
func (c ofdRenderCmd) write(s streams, numbers []int, pages []*ofd.Drawing, title string) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	base := filepath.Join(c.Out, strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File)))
	put := func(name string, data []byte, err error) error {
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, name)
		return err
	}
	if c.Format == "pdf" {
		data, err := ofd.PDF(pages, ofd.PDFInfo{Title: title, Made: time.Now()})
		return put(base+".pdf", data, err)
	}
	for i, d := range pages {
		name := fmt.Sprintf("%s-%d.%s", base, numbers[i], c.Format)
		if c.Format == "svg" {
			if err := put(name, d.SVG(), nil); err != nil {
				return err
			}
			continue
		}
		data, err := d.PNG(c.DPI / 25.4)
		if err := put(name, data, err); err != nil {
			return err
		}
	}
	return nil
}

// drawing is how pages are drawn: with their seals, and with our own font where one is missing. With an error about
// the seals the options draw the pages without them.
func drawing(p *ofd.Package) (ofd.RenderOptions, error) {
	sans, err := font.Sans()
	if err != nil {
		return ofd.RenderOptions{}, err
	}
	stamps, err := ses.Stamps(p)
	return ofd.RenderOptions{Stamps: stamps, Fallback: sans}, err
}

// pageNumbers reads a list of pages, counted from 1; all of them if it is empty.
func pageNumbers(list string, last int) ([]int, error) {
	if list == "" {
		list = "1-" + strconv.Itoa(last)
	}
	var out []int
	for part := range strings.SplitSeq(list, ",") {
		first, end, several := strings.Cut(strings.TrimSpace(part), "-")
		if !several {
			end = first
		}
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(end)
		if err1 != nil || err2 != nil || from < 1 || from > to {
			return nil, fmt.Errorf("pages %q: want numbers and spans such as 1,3-5", list)
		}
		if to > last {
			return nil, fmt.Errorf("pages %q: the file has %d", list, last)
		}
		for page := from; page <= to; page++ {
			if !slices.Contains(out, page) {
				out = append(out, page)
			}
		}
	}
	return out, nil
}
