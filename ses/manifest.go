package ses

import (
	"encoding/base64"
	"encoding/xml"
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

type xmlManifest struct {
	XMLName xml.Name `xml:"Signature"`
	Info    struct {
		Provider struct {
			Name    string `xml:"ProviderName,attr"`
			Version string `xml:"Version,attr"`
			Company string `xml:"Company,attr"`
		} `xml:"Provider"`
		Method     string `xml:"SignatureMethod"`
		DateTime   string `xml:"SignatureDateTime"`
		References struct {
			CheckMethod string `xml:"CheckMethod,attr"`
			Items       []struct {
				FileRef string `xml:"FileRef,attr"`
				Value   string `xml:"CheckValue"`
			} `xml:"Reference"`
		} `xml:"References"`
		Stamps []struct {
			ID       string `xml:"ID,attr"`
			PageRef  string `xml:"PageRef,attr"`
			Boundary string `xml:"Boundary,attr"`
			Clip     string `xml:"Clip,attr"`
		} `xml:"StampAnnot"`
		SealLoc string `xml:"Seal>BaseLoc"`
	} `xml:"SignedInfo"`
	Value string `xml:"SignedValue"`
}

// ParseManifest reads Signature.xml.
func ParseManifest(data []byte) (*Manifest, error) {
	var x xmlManifest
	if err := decode(data, &x); err != nil {
		return nil, fault(BadManifest, "Signature.xml cannot be read", err)
	}
	trim := strings.TrimSpace
	m := &Manifest{
		Provider: x.Info.Provider.Name, Version: x.Info.Provider.Version, Company: x.Info.Provider.Company,
		Method: trim(x.Info.Method), DateTime: trim(x.Info.DateTime),
		CheckMethod: trim(x.Info.References.CheckMethod),
		SealLoc:     trim(x.Info.SealLoc), ValueLoc: trim(x.Value),
	}
	for _, it := range x.Info.References.Items {
		ref := Reference{File: it.FileRef}
		// Line breaks inside base64 are allowed; the decoder skips them.
		if v, err := base64.StdEncoding.DecodeString(trim(it.Value)); err == nil {
			ref.Value = v
		}
		m.References = append(m.References, ref)
	}
	for _, it := range x.Info.Stamps {
		m.Stamps = append(m.Stamps, StampAnnot(it))
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
