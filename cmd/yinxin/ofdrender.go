package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

type ofdRenderCmd struct {
	Format string  `enum:"svg,png,pdf" default:"svg" help:"One of ${enum}."`
	Pages  string  `placeholder:"LIST" help:"Pages such as 1,3-5; all of them without it."`
	DPI    float64 `name:"dpi" default:"150" help:"Dots an inch of PNG."`
	Out    string  `short:"o" default:"." placeholder:"DIR" help:"Folder to write into; made if it is not there."`
	File   string  `arg:"" name:"file" help:"OFD file."`
}

// Help is the long help of the command.
func (ofdRenderCmd) Help() string {
	return `Writes DIR/NAME-PAGE.svg, .png or .pdf and prints the names. The seals in a picture prove nothing.`
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
	pages, err := pageNumbers(c.Pages, len(info.Pages))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	base := strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	for _, page := range pages {
		d, err := drawPage(p, page-1)
		if err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
		var picture []byte
		switch c.Format {
		case "svg":
			picture = d.SVG()
		case "png":
			picture, err = d.PNG(c.DPI / 25.4)
		case "pdf":
			picture, err = ofd.PDF([]*ofd.Drawing{d}, ofd.PDFInfo{Title: info.Title})
		}
		if err != nil {
			return fmt.Errorf("draw page %d: %w", page, err)
		}
		name := filepath.Join(c.Out, fmt.Sprintf("%s-%d.%s", base, page, c.Format))
		if err := os.WriteFile(name, picture, 0o644); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(s.out, name); err != nil {
			return err
		}
	}
	return nil
}

// pageNumbers reads a list of pages, counted from 1; all of them if it is empty.
func pageNumbers(list string, last int) ([]int, error) {
	if list == "" {
		list = "1-" + strconv.Itoa(last)
	}
	var out []int
	for part := range strings.SplitSeq(list, ",") {
		first, end, span := strings.Cut(strings.TrimSpace(part), "-")
		if !span {
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

