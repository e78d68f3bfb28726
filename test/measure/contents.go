package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"rsc.io/qr"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/test/specimen"
)

// licenses go round in ofdrw's benchmark.
const licenses = 32

// contents writes a folder for each license: its lines, photo, check code and data as ofdrw is given them, and the
// sealed file that both verify. The seal's picture stands beside them.
func contents(dir string) error {
	p, err := specimen.NewPress()
	if err != nil {
		return fmt.Errorf("make specimens: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "seal.png"), p.Picture, 0o600); err != nil {
		return fmt.Errorf("write contents: %w", err)
	}
	for n := range licenses {
		doc := p.License(n)
		sealed, err := p.Sealed(doc)
		if err != nil {
			return fmt.Errorf("seal license %d: %w", n, err)
		}
		files := map[string][]byte{"license.ofd": sealed, "license.json": doc.Attachments[0].Data}
		var lines bytes.Buffer
		for _, o := range append(p.Template.Objects, doc.Pages[0].Content...) {
			switch o := o.(type) {
			case ofd.Text:
				fmt.Fprintf(&lines, "%g\t%g\t%g\t%s\n", o.X, o.Y, o.Size, o.Value)
			case ofd.Image:
				files["photo.jpg"] = o.Data
			case ofd.QR:
				code, err := qr.Encode(o.Value, qr.M)
				if err != nil {
					return fmt.Errorf("draw check code: %w", err)
				}
				files["code.png"] = code.PNG()
			}
		}
		files["lines.tsv"] = lines.Bytes()
		if err := write(filepath.Join(dir, strconv.Itoa(n)), files); err != nil {
			return fmt.Errorf("write license %d: %w", n, err)
		}
	}
	return nil
}

func write(dir string, files map[string][]byte) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
