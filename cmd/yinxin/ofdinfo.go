package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/verify"
)

type ofdInfoCmd struct {
	JSON  bool     `name:"json" help:"Print one JSON object a file."`
	Files []string `arg:"" name:"file" help:"OFD files."`
}

// Help is the long help of the command.
func (ofdInfoCmd) Help() string {
	return `Nothing of what it prints is proven: "yinxin verify" judges files. Works with files of any maker.`
}

// ofdInfo is what a file says of itself.
type ofdInfo struct {
	File        string             `json:"file"`
	Bytes       int                `json:"bytes"`
	SM3         string             `json:"sm3"` // of the file
	Version     string             `json:"version"`
	DocType     string             `json:"docType"`
	DocID       string             `json:"docId"`
	Title       string             `json:"title,omitempty"`
	Author      string             `json:"author,omitempty"`
	Subject     string             `json:"subject,omitempty"`
	Creator     string             `json:"creator,omitempty"`
	Created     string             `json:"created,omitempty"` // as written
	Metadata    []verify.Item      `json:"metadata"`
	DataIndex   map[string]string  `json:"dataIndex"` // text shown by data item (标引)
	Pages       []infoPage         `json:"pages"`
	Fonts       []infoResource     `json:"fonts"`
	Resources   []infoResource     `json:"resources"` // all others
	Attachments []infoAttachment   `json:"attachments"`
	Permissions *infoPermissions   `json:"permissions,omitempty"`
	Seals       []infoSeal         `json:"seals"`
	Coverage    verify.Coverage    `json:"coverage"`
	Copy        *verify.CopyReport `json:"copy,omitempty"`
	Entries     []infoEntry        `json:"entries"`
}

type infoPage struct {
	ID         string  `json:"id"`
	Width      float64 `json:"width"` // millimetres
	Height     float64 `json:"height"`
	Characters int     `json:"characters"` // of page, template and annotations
}

type infoResource struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Name     string `json:"name,omitempty"`
	Format   string `json:"format,omitempty"`
	Path     string `json:"path,omitempty"`
	Bytes    int    `json:"bytes,omitempty"`
	Embedded bool   `json:"embedded"`
}

type infoAttachment struct {
	Name    string `json:"name"`
	Format  string `json:"format,omitempty"`
	Path    string `json:"path"`
	Bytes   int    `json:"bytes"`
	Visible bool   `json:"visible"`
}

type infoPermissions struct {
	Edit        bool      `json:"edit"`
	Annot       bool      `json:"annot"`
	Export      bool      `json:"export"`
	Signature   bool      `json:"signature"`
	Watermark   bool      `json:"watermark"`
	PrintScreen bool      `json:"printScreen"`
	Print       bool      `json:"print"`
	Copies      int       `json:"copies"` // -1: without bound
	From        time.Time `json:"from,omitzero"`
	To          time.Time `json:"to,omitzero"`
}

type infoSeal struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Name     string    `json:"name,omitempty"`
	Code     string    `json:"code,omitempty"`
	Signer   string    `json:"signer,omitempty"`
	SignedAt time.Time `json:"signedAt,omitzero"`
}

type infoEntry struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
	SM3   string `json:"sm3"`
}

// Run describes the files.
func (c ofdInfoCmd) Run(s streams) error {
	for i, name := range c.Files {
		info, err := describe(name)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(s.out, info, true)
		} else {
			err = info.print(s.out, i > 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func describe(name string) (ofdInfo, error) {
	p, b, err := readOFD(name)
	if err != nil {
		return ofdInfo{}, err
	}
	said, err := p.Info()
	if err != nil {
		return ofdInfo{}, fmt.Errorf("%s: %w", name, err)
	}
	out := ofdInfo{
		File: name, Bytes: len(b), SM3: digest(b),
		Version: said.Version, DocType: said.DocType, DocID: said.DocID, Title: said.Title, Author: said.Author,
		Subject: said.Subject, Creator: said.Creator, Created: said.CreationDate, DataIndex: said.Tags,
		Metadata: []verify.Item{}, Pages: []infoPage{}, Attachments: []infoAttachment{}, Seals: []infoSeal{}, Entries: []infoEntry{},
	}
	for _, page := range said.Pages {
		out.Pages = append(out.Pages, infoPage{page.ID, page.Width, page.Height,
			utf8.RuneCountInString(page.Text) + utf8.RuneCountInString(page.TemplateText) + utf8.RuneCountInString(page.AnnotText)})
	}
	for _, a := range said.Attachments {
		out.Attachments = append(out.Attachments, infoAttachment{a.Name, a.Format, a.Path, len(a.Data), a.Visible})
	}
	if r := said.Permissions; r != nil {
		out.Permissions = &infoPermissions{r.Edit, r.Annot, r.Export, r.Signature, r.Watermark, r.PrintScreen, r.Print, r.Copies, r.From, r.To}
	}
	if err := out.resources(p); err != nil {
		return ofdInfo{}, fmt.Errorf("%s: %w", name, err)
	}
	for _, entry := range p.Names() {
		data, _ := p.Entry(entry)
		out.Entries = append(out.Entries, infoEntry{entry, len(data), digest(data)})
	}
	out.signed(verify.File(b, verify.Options{}), said.Meta)
	return out, nil
}

func digest(b []byte) string {
	sum := ses.Digest(b)
	return hex.EncodeToString(sum[:])
}

func (o *ofdInfo) resources(p *ofd.Package) error {
	list, err := p.Resources()
	if err != nil {
		return err
	}
	o.Fonts, o.Resources = []infoResource{}, []infoResource{}
	for _, r := range list {
		data, embedded := p.Entry(r.Path)
		item := infoResource{ID: r.ID, Kind: r.Kind, Name: r.Name, Format: r.Format, Path: r.Path, Bytes: len(data), Embedded: embedded}
		if r.Kind == "Font" {
			o.Fonts = append(o.Fonts, item)
		} else {
			o.Resources = append(o.Resources, item)
		}
	}
	return nil
}

// signed takes from a verdict what is no verdict: who signed what, and the names of the data items.
func (o *ofdInfo) signed(r verify.Report, meta []ofd.Meta) {
	labels := map[string]string{}
	for _, it := range r.License {
		labels[it.Name] = it.Label
	}
	for _, m := range meta {
		o.Metadata = append(o.Metadata, verify.Item{Name: m.Name, Label: labels[m.Name], Value: m.Value})
	}
	for _, s := range r.Seals {
		o.Seals = append(o.Seals, infoSeal{s.ID, s.Type, s.Name, s.Code, s.Signer, s.SignedAt})
	}
	o.Coverage, o.Copy = r.Coverage, r.Copy
}

// print writes the description for people.
func (o *ofdInfo) print(w io.Writer, again bool) error {
	var b lines
	if again {
		b.add("")
	}
	b.add("%s  %s", o.File, plain(o.Title))
	b.add("  %d bytes, SM3 %s", o.Bytes, o.SM3)
	b.add("  %s %s, document %s, created %s, by %s", plain(o.DocType), plain(o.Version), plain(o.DocID), plain(o.Created), plain(o.Creator))
	b.section("metadata", len(o.Metadata))
	for _, m := range o.Metadata {
		b.fields(m.Name, m.Label, m.Value)
	}
	b.section("data index", len(o.DataIndex))
	for _, k := range slices.Sorted(maps.Keys(o.DataIndex)) {
		b.fields(k, o.DataIndex[k])
	}
	b.section("pages", len(o.Pages))
	for i, p := range o.Pages {
		b.add("  %d  %s × %s mm, %d characters", i+1, millimetres(p.Width), millimetres(p.Height), p.Characters)
	}
	b.resources("fonts", o.Fonts)
	b.resources("resources", o.Resources)
	b.section("attachments", len(o.Attachments))
	for _, a := range o.Attachments {
		b.fields(a.Name, a.Format, fmt.Sprintf("%d bytes", a.Bytes), a.Path)
	}
	if r := o.Permissions; r != nil {
		b.section("permissions, as advice to readers", 1)
		b.add("  edit %t, annotate %t, export %t, sign %t, watermark %t, print screen %t, print %t, copies %d",
			r.Edit, r.Annot, r.Export, r.Signature, r.Watermark, r.PrintScreen, r.Print, r.Copies)
	}
	b.section("seals", len(o.Seals))
	for _, s := range o.Seals {
		b.fields(s.ID, s.Type, s.Name, s.Code, s.Signer, moment(s.SignedAt))
	}
	b.section("coverage", 1)
	b.add("  %d of %d files under a signature; list closed: %t; seals found: %d, declared: %d", o.Coverage.Covered, o.Coverage.Files,
		o.Coverage.ListClosed, o.Coverage.SealsFound, o.Coverage.SealsDeclared)
	for _, name := range o.Coverage.Uncovered {
		b.fields("not covered", name)
	}
	if c := o.Copy; c != nil {
		b.section("annotated copy", 1)
		b.fields(c.Creator, c.Purpose, "expires "+moment(c.Expires))
	}
	_, err := w.Write(b)
	return err
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// lines gathers a description.
type lines []byte

func (l *lines) add(format string, args ...any) { *l = append(fmt.Appendf(*l, format, args...), '\n') }

// section begins a part, unless it has nothing to tell.
func (l *lines) section(name string, n int) {
	if n > 0 {
		l.add("%s", name)
	}
}

// fields writes one line of values from a file, leaving out empty ones.
func (l *lines) fields(values ...string) {
	for _, v := range values {
		if v != "" {
			*l = append(append(*l, "  "...), plain(v)...)
		}
	}
	*l = append(*l, '\n')
}

func (l *lines) resources(name string, list []infoResource) {
	l.section(name, len(list))
	for _, r := range list {
		where := "not in the file"
		if r.Embedded {
			where = fmt.Sprintf("%s, %d bytes", r.Path, r.Bytes)
		} else if r.Kind != "Font" && r.Kind != "MultiMedia" {
			where = ""
		}
		kind := r.Kind
		if kind == "Font" {
			kind = ""
		}
		l.fields(r.ID, kind, r.Name, r.Format, where)
	}
}
