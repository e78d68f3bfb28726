package ses

import (
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

// namedList is the location of the list of signatures that OFD.xml names, as
// written; empty when it names none.
func namedList(p *ofd.Package) (string, error) {
	data, ok := p.Entry("OFD.xml")
	if !ok {
		return "", fault(BadPackage, "no OFD.xml", nil)
	}
	bodies, lists, loc := 0, 0, ""
	err := decode(data, "OFD", func(e xmlElement) {
		switch e.path {
		case "DocBody":
			bodies++
		case "DocBody/Signatures":
			lists++
			loc = string(e.text)
		}
	})
	switch {
	case err != nil:
		return "", fault(BadPackage, "OFD.xml cannot be read", err)
	case bodies != 1 || lists > 1:
		return "", fault(BadPackage, "want one document with one list of signatures", nil)
	}
	return loc, nil
}

// ReadList reads the list of signatures that OFD.xml names. A package whose
// OFD.xml names none gives an empty List with an empty Path.
func ReadList(p *ofd.Package) (*List, error) {
	loc, err := namedList(p)
	if err != nil {
		return nil, err
	}
	if loc == "" {
		return &List{}, nil
	}
	list := &List{}
	list.Path, list.Present = Resolve(p, "OFD.xml", loc)
	if list.Path == "" {
		return nil, fault(BadPackage, "OFD.xml names an impossible list of signatures", nil)
	}
	if !list.Present {
		return list, nil
	}
	data, _ := p.Entry(list.Path)
	err = decode(data, "Signatures", func(e xmlElement) {
		switch e.path {
		case "MaxSignId":
			list.MaxID = strings.TrimSpace(string(e.text))
		case "Signature":
			item := ListItem{ID: e.attr("ID"), Type: e.attr("Type"), BaseLoc: e.attr("BaseLoc"), Relative: e.attr("Relative")}
			if item.Type == "" {
				item.Type = "Seal"
			}
			item.Path, item.Present = Resolve(p, list.Path, item.BaseLoc)
			list.Items = append(list.Items, item)
		}
	})
	if err != nil {
		return nil, fault(BadManifest, "Signatures.xml cannot be read", err)
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
