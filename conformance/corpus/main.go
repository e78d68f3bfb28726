// Command corpus makes license files for other programs to judge: every license type of the demonstration with one
// to three seals, once with rare characters and once with the longest values that its fields allow, and a table that
// goes on over further pages where the type has one. Keys and seals are new every time, the words are not.
//
// It writes the *.ofd files, anchors.pem with the root that vouches for all of them, and corpus.json, which says of
// each file what it must show.
package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// when the files are made.
var when = time.Date(2026, time.March, 9, 2, 30, 25, 0, time.UTC)

// mostSeals is how many seals a file of the corpus may have.
const mostSeals = 3

// fact is what corpus.json says of a file.
type fact struct {
	File   string              `json:"file"`
	Pages  int                 `json:"pages"`
	Seals  int                 `json:"seals"`
	Values map[string]string   `json:"values"` // as the metadata have them; those of several rows joined by ^
	Index  map[string][]string `json:"index"`  // the data index: which text objects show a value
}

func main() {
	out := flag.String("out", "corpus", "folder to write to")
	flag.Parse()
	n, err := run(*out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
	slog.Info("corpus made", "files", n, "folder", *out)
}

func run(out string) (int, error) {
	city, err := demo.Load(1, when)
	if err != nil {
		return 0, err
	}
	drawer, err := face.New("https://ofd.example.org")
	if err != nil {
		return 0, err
	}
	office, err := newOffice()
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	var facts []fact
	words := newWords(drawer)
	for i := range city.Types {
		t := city.Types[i]
		for _, kind := range []string{"rare", "long"} {
			for seals := 1; seals <= mostSeals; seals++ {
				values := words.rare(&t)
				if kind == "long" {
					t, values = words.long(city.Types[i])
				}
				f := fact{File: fmt.Sprintf("%02d-%s-%d.ofd", i+1, kind, seals), Seals: seals, Values: map[string]string{}}
				if err := office.write(drawer, &t, values, filepath.Join(out, f.File), &f); err != nil {
					return 0, fmt.Errorf("%s, %s: %w", t.Name, kind, err)
				}
				facts = append(facts, f)
			}
		}
	}
	all, err := json.MarshalIndent(facts, "", " ")
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(out, "anchors.pem"), gm.EncodePEM(office.root), 0o644); err != nil {
		return 0, err
	}
	return len(facts), os.WriteFile(filepath.Join(out, "corpus.json"), all, 0o644)
}

// write makes one license, seals it and says in f what it must show.
func (o *office) write(d *face.Drawer, t *catalog.Type, values map[string]string, path string, f *fact) error {
	in := face.Input{Values: values, Code: "aaaaaaaaaaaaaaaaaaaaaaaaaa"}
	doc, err := d.Document(t, in, when)
	if err != nil {
		return err
	}
	doc.SignaturesExpected = f.Seals
	f.Pages = len(doc.Pages)
	for _, m := range doc.Meta {
		f.Values[m.Name] = m.Value
	}
	p, err := d.Build(t, in, doc)
	if err != nil {
		return err
	}
	if f.Index, err = index(p); err != nil {
		return err
	}
	if err := o.seal(p, t, f.Seals); err != nil {
		return err
	}
	file, err := p.Bytes()
	if err != nil {
		return err
	}
	return os.WriteFile(path, file, 0o644)
}

// seal sets the seals one after the other where the face has places for them, and further ones beside the first; of
// several pages the last seal also stands across the edges.
func (o *office) seal(p *ofd.Package, t *catalog.Type, n int) error {
	pages := p.PageIDs()
	first, err := face.Place(t.Face, 1)
	if err != nil {
		return err
	}
	var requests []ses.SignRequest
	for i := range n {
		at, err := face.Place(t.Face, i+1)
		if err != nil {
			at = first
			at.X = max(1, first.X-float64(i)*first.W)
			at.Y = max(1, first.Y-float64(i)*3)
		}
		r := ses.SignRequest{Sealer: o.sealers[i], Time: when, Provider: "Yinxin", Close: i == n-1, At: []ses.Placement{{PageID: pages[0], Box: at}}}
		if i == 2 {
			r.Timestamp = o.tsa.Stamp
		}
		if r.Close && len(pages) > 1 {
			r.At = append(r.At, ses.AcrossPages(pages, t.Face.Width, (t.Face.Height-at.H)/2, at.W, at.H)...)
		}
		requests = append(requests, r)
	}
	return ses.Sign(p, requests...)
}

// index reads the data index, so that readers which know nothing of it can be held to it.
func index(p *ofd.Package) (map[string][]string, error) {
	file, ok := p.Entry("Doc_0/Tags/Tag_License.xml")
	if !ok {
		return nil, errors.New("the file has no data index")
	}
	var tags struct {
		Items []struct {
			XMLName xml.Name
			Objects []string `xml:"ObjectRef"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal(file, &tags); err != nil {
		return nil, fmt.Errorf("read data index: %w", err)
	}
	found := map[string][]string{}
	for _, item := range tags.Items {
		found[item.XMLName.Local] = append(found[item.XMLName.Local], item.Objects...)
	}
	return found, nil
}
