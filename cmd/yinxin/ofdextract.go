package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

type ofdExtractCmd struct {
	Out  string   `short:"o" required:"" placeholder:"DIR" help:"Folder to write into; made if it is not there."`
	Only []string `enum:"attachments,images,fonts,text,seals,metadata" placeholder:"KIND" help:"Only these: ${enum}."`
	File string   `arg:"" name:"file" help:"OFD file."`
}

// Help is the long help of the command.
func (ofdExtractCmd) Help() string {
	return `Writes DIR/metadata.json, DIR/text/page-N.txt and the files in DIR/attachments, DIR/images, DIR/fonts, DIR/seals,
and prints their names. Names that come from the file are made harmless, nothing is written outside DIR, and no file
that is there already is overwritten.`
}

// Run writes the parts.
func (c ofdExtractCmd) Run(s streams) error {
	p, _, err := readOFD(c.File)
	if err != nil {
		return err
	}
	info, err := describe(c.File)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Out)
	if err != nil {
		return err
	}
	x := extraction{root: root, given: map[string]bool{}}
	for _, part := range []struct {
		kind string
		take func() error
	}{
		{"metadata", func() error { return x.metadata(info) }},
		{"text", func() error { return x.text(p) }},
		{"attachments", func() error { return x.attachments(p) }},
		{"images", func() error { return x.resources(p, "images", info.Resources) }},
		{"fonts", func() error { return x.resources(p, "fonts", info.Fonts) }},
		{"seals", func() error { return x.seals(p) }},
	} {
		if len(c.Only) > 0 && !slices.Contains(c.Only, part.kind) {
			continue
		}
		if err := part.take(); err != nil {
			return errors.Join(fmt.Errorf("extract %s: %w", part.kind, err), root.Close())
		}
	}
	for _, name := range x.written {
		if _, err := fmt.Fprintln(s.out, name); err != nil {
			return err
		}
	}
	return root.Close()
}

// extraction writes into one folder and not outside it.
type extraction struct {
	root    *os.Root
	given   map[string]bool // names given away, by lower case
	written []string
}

// write makes a file in a subfolder, or in the folder itself. The name may be anything.
func (x *extraction) write(folder, name string, data []byte) error {
	name = harmless(name)
	if folder != "" {
		if err := x.root.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	at := path.Join(folder, name)
	for n := 2; x.given[strings.ToLower(at)]; n++ {
		ext := path.Ext(name)
		at = path.Join(folder, strings.TrimSuffix(name, ext)+"-"+strconv.Itoa(n)+ext)
	}
	x.given[strings.ToLower(at)] = true
	f, err := x.root.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	x.written = append(x.written, at)
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// maxFileName bounds a name in bytes, with room for a number after it.
const maxFileName = 120

// harmless makes a name from a file into the name of one file on any system: no folder, nothing invisible, no
// character or word that Windows keeps for itself.
func harmless(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	ext := path.Ext(name)
	if len(ext) > 12 {
		ext = ""
	}
	stem := strings.TrimSuffix(name, ext)
	for len(stem)+len(ext) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	name = strings.Trim(stem+ext, " .")
	if device, _, _ := strings.Cut(strings.ToUpper(name), "."); slices.Contains(devices(), strings.TrimSpace(device)) {
		name = "_" + name
	}
	if name == "" {
		return "unnamed"
	}
	return name
}

// devices are the names that Windows opens as devices, whatever follows the dot.
func devices() []string {
	list := []string{"CON", "PRN", "AUX", "NUL"}
	for n := '1'; n <= '9'; n++ {
		list = append(list, "COM"+string(n), "LPT"+string(n))
	}
	return list
}

func (x *extraction) metadata(info ofdInfo) error {
	b, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return err
	}
	return x.write("", "metadata.json", append(b, '\n'))
}

func (x *extraction) text(p *ofd.Package) error {
	info, err := p.Info()
	if err != nil {
		return err
	}
	for i, page := range info.Pages {
		for _, layer := range []struct{ name, text string }{
			{"", page.Text}, {"-template", page.TemplateText}, {"-annotations", page.AnnotText},
		} {
			if layer.text == "" {
				continue
			}
			if err := x.write("text", fmt.Sprintf("page-%d%s.txt", i+1, layer.name), []byte(layer.text+"\n")); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *extraction) attachments(p *ofd.Package) error {
	info, err := p.Info()
	if err != nil {
		return err
	}
	for _, a := range info.Attachments {
		name := a.Name
		if path.Ext(name) == "" && a.Format != "" {
			name += "." + a.Format
		}
		if err := x.write("attachments", name, a.Data); err != nil {
			return err
		}
	}
	return nil
}

// resources writes each file once, though several resources may name it.
func (x *extraction) resources(p *ofd.Package, folder string, list []infoResource) error {
	done := map[string]bool{}
	for _, r := range list {
		data, ok := p.Entry(r.Path)
		if !ok || done[r.Path] {
			continue
		}
		done[r.Path] = true
		if err := x.write(folder, r.ID+"-"+path.Base(r.Path), data); err != nil {
			return err
		}
	}
	return nil
}

// seals writes every seal as it was made, and its picture.
func (x *extraction) seals(p *ofd.Package) error {
	list, err := p.Signatures()
	if err != nil {
		return err
	}
	for _, ref := range list.Items {
		seal := sealOf(p, ref)
		if seal == nil {
			continue
		}
		if err := x.write("seals", ref.ID+".esl", seal.Raw); err != nil {
			return err
		}
		if err := x.write("seals", ref.ID+"."+seal.Picture.Type, seal.Picture.Data); err != nil {
			return err
		}
	}
	return nil
}

// sealOf reads the seal that a signature bears: the one it signs or else the one beside it; nil for none that can
// be read.
func sealOf(p *ofd.Package, ref ofd.SignatureRef) *ses.Seal {
	if value, ok := p.Entry(ref.Dir + "/SignedValue.dat"); ok {
		if signature, err := ses.ParseSignature(value); err == nil && signature.Seal != nil {
			return signature.Seal
		}
	}
	if der, ok := p.Entry(ref.Dir + "/Seal.esl"); ok {
		if seal, err := ses.ParseSeal(der); err == nil {
			return seal
		}
	}
	return nil
}
