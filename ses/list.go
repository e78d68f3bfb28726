package ses

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/ofd"
)

// List is Signatures.xml, the list of the signatures of a document.
type List struct {
	Path    string // name of the file in the package
	Present bool   // whether the file exists; OFD.xml may name it before the first signature
	MaxID   string
	Items   []ListItem
}

// ListItem is one entry of the list.
type ListItem struct {
	ID       string
	Type     string // "Seal", also when the attribute is missing, or "Sign"
	BaseLoc  string // as written
	Relative string // identifier of the signature this one builds on, OFD 2.0
	Path     string // name of Signature.xml in the package
	Present  bool   // whether that file exists
}

type xmlRoot struct {
	XMLName xml.Name `xml:"OFD"`
	Bodies  []struct {
		DocRoot    string   `xml:"DocRoot"`
		Signatures []string `xml:"Signatures"`
	} `xml:"DocBody"`
}

type xmlList struct {
	XMLName xml.Name `xml:"Signatures"`
	MaxID   string   `xml:"MaxSignId"`
	Items   []struct {
		ID       string `xml:"ID,attr"`
		Type     string `xml:"Type,attr"`
		BaseLoc  string `xml:"BaseLoc,attr"`
		Relative string `xml:"Relative,attr"`
	} `xml:"Signature"`
}

// root is what OFD.xml says of the one document that a license file holds.
type root struct{ doc, signatures string }

func readRoot(p *ofd.Package) (root, error) {
	data, ok := p.Entry("OFD.xml")
	if !ok {
		return root{}, fault(BadPackage, "no OFD.xml", nil)
	}
	var x xmlRoot
	if err := decode(data, &x); err != nil {
		return root{}, fault(BadPackage, "OFD.xml cannot be read", err)
	}
	if len(x.Bodies) != 1 || len(x.Bodies[0].Signatures) > 1 {
		return root{}, fault(BadPackage, "want one document with one list of signatures", nil)
	}
	r := root{doc: x.Bodies[0].DocRoot}
	if len(x.Bodies[0].Signatures) == 1 {
		r.signatures = x.Bodies[0].Signatures[0]
	}
	return r, nil
}

// ReadList reads the list of signatures that OFD.xml names. A package whose
// OFD.xml names none gives an empty List with an empty Path.
func ReadList(p *ofd.Package) (*List, error) {
	r, err := readRoot(p)
	if err != nil {
		return nil, err
	}
	if r.signatures == "" {
		return &List{}, nil
	}
	list := &List{}
	list.Path, list.Present = Resolve(p, "OFD.xml", r.signatures)
	if list.Path == "" {
		return nil, fault(BadPackage, "OFD.xml names an impossible list of signatures", nil)
	}
	if !list.Present {
		return list, nil
	}
	data, _ := p.Entry(list.Path)
	var x xmlList
	if err := decode(data, &x); err != nil {
		return nil, fault(BadManifest, "Signatures.xml cannot be read", err)
	}
	list.MaxID = strings.TrimSpace(x.MaxID)
	for _, it := range x.Items {
		item := ListItem{ID: it.ID, Type: it.Type, BaseLoc: it.BaseLoc, Relative: it.Relative}
		if item.Type == "" {
			item.Type = "Seal"
		}
		item.Path, item.Present = Resolve(p, list.Path, it.BaseLoc)
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// encode writes the list anew. It is only called while no signature protects it.
func (l *List) encode() []byte {
	w := newWriter(512)
	w.open("Signatures", "xmlns:ofd", namespace)
	w.leaf("MaxSignId", l.MaxID)
	for _, it := range l.Items {
		w.void("Signature", "ID", it.ID, "Type", it.Type, "BaseLoc", it.BaseLoc, "Relative", it.Relative)
	}
	w.close("Signatures")
	return w
}

// counter hands out the identifiers sNNN that signatures and their stamps share.
type counter int

func (l *List) counter(used []string) counter {
	var c counter
	for _, id := range append(used, l.MaxID) {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, "s")); err == nil && counter(n) > c {
			c = counter(n)
		}
	}
	return c
}

// last is the identifier handed out last.
func (c counter) last() string {
	c--
	return c.next()
}

func (c *counter) next() string {
	*c++
	return fmt.Sprintf("s%03d", int(*c))
}
