package ses

import (
	"encoding/base64"
	"strings"
)

// Manifest is Signature.xml: what one signature protects and where it stands.
type Manifest struct {
	Provider    string // software that signed
	Version     string
	Company     string
	Method      string // signature algorithm as written
	DateTime    string // as written; for display only, anyone could write it
	CheckMethod string // digest algorithm as written
	References  []Reference
	Stamps      []StampAnnot
	SealLoc     string // location of Seal.esl as written, may be empty
	ValueLoc    string // location of SignedValue.dat as written
}

// Reference is a protected file and its digest.
type Reference struct {
	File  string // as written
	Value []byte // nil when the text was not base64
}

// StampAnnot is one picture of the seal on a page.
type StampAnnot struct {
	ID       string
	PageRef  string // identifier of the page, not its number
	Boundary string // "x y w h" in millimetres
	Clip     string // "x y w h" within the boundary, may be empty
}

// ParseManifest reads Signature.xml. An element that stands twice where the
// schema has one is refused: readers would disagree on which of them counts.
func ParseManifest(data []byte) (*Manifest, error) {
	m := &Manifest{}
	var value []byte // of the CheckValue read last, nil when it is not base64
	seen := map[string]bool{}
	twice := false
	err := decode(data, "Signature", func(e xmlElement) {
		text := strings.TrimSpace(string(e.text))
		switch e.path {
		case "SignedInfo/References/Reference/CheckValue":
			// Line breaks inside base64 are allowed; the decoder skips them.
			v, err := base64.StdEncoding.DecodeString(text)
			if value = v; err != nil {
				value = nil
			}
			return
		case "SignedInfo/References/Reference":
			m.References = append(m.References, Reference{File: e.attr("FileRef"), Value: value})
			value = nil
			return
		case "SignedInfo/StampAnnot":
			m.Stamps = append(m.Stamps, StampAnnot{ID: e.attr("ID"), PageRef: e.attr("PageRef"), Boundary: e.attr("Boundary"), Clip: e.attr("Clip")})
			return
		case "SignedInfo/Provider":
			m.Provider, m.Version, m.Company = e.attr("ProviderName"), e.attr("Version"), e.attr("Company")
		case "SignedInfo/SignatureMethod":
			m.Method = text
		case "SignedInfo/SignatureDateTime":
			m.DateTime = text
		case "SignedInfo/References":
			m.CheckMethod = strings.TrimSpace(e.attr("CheckMethod"))
		case "SignedInfo/Seal/BaseLoc":
			m.SealLoc = text
		case "SignedValue":
			m.ValueLoc = text
		case "SignedInfo", "SignedInfo/Seal":
		default:
			return
		}
		twice = twice || seen[e.path]
		seen[e.path] = true
	})
	if err != nil {
		return nil, fault(BadManifest, "Signature.xml cannot be read", err)
	}
	if twice {
		return nil, fault(BadManifest, "an element of Signature.xml stands twice", nil)
	}
	return m, nil
}

// encode writes Signature.xml in the schema's element order.
func (m *Manifest) encode() []byte {
	w := newWriter(1024 + 160*len(m.References))
	w.open("Signature", "xmlns:ofd", namespace)
	w.open("SignedInfo")
	w.void("Provider", "ProviderName", m.Provider, "Version", m.Version, "Company", m.Company)
	w.leaf("SignatureMethod", m.Method)
	w.leaf("SignatureDateTime", m.DateTime)
	w.open("References", "CheckMethod", m.CheckMethod)
	for _, r := range m.References {
		w.open("Reference", "FileRef", r.File)
		w.base64("CheckValue", r.Value)
		w.close("Reference")
	}
	w.close("References")
	for _, s := range m.Stamps {
		w.void("StampAnnot", "ID", s.ID, "PageRef", s.PageRef, "Boundary", s.Boundary, "Clip", s.Clip)
	}
	if m.SealLoc != "" {
		w.open("Seal")
		w.leaf("BaseLoc", m.SealLoc)
		w.close("Seal")
	}
	w.close("SignedInfo")
	w.leaf("SignedValue", m.ValueLoc)
	w.close("Signature")
	return w
}
