package ses

import (
	"slices"
	"time"

	"github.com/emmansun/gmsm/smx509"
)

// Stamp is a place where the seal's picture stands. Lengths are millimetres
// from the top left corner of the page.
type Stamp struct {
	PageID     string // identifier of the page in Document.xml
	X, Y, W, H float64
	Clip       *Clip // the part of the picture shown, nil for all of it
}

// Clip is a box within a stamp, as 骑缝章 (a seal across page edges) needs.
type Clip struct{ X, Y, W, H float64 }

// SignRequest describes one seal signature.
type SignRequest struct {
	Seal     []byte // DER of the seal
	Signer   Signer // whose certificate must be in the seal
	Stamps   []Stamp
	Time     time.Time
	Provider string // name of the signing software, shown in readers
	// Close makes this signature protect Signatures.xml too: no signature can
	// be added or silently taken away afterwards. The last seal sets it.
	Close bool
	// Timestamp, when given, gets the signature value and returns a time stamp
	// token (GB/T 20520) to store with it.
	Timestamp func(signature []byte) (token []byte, err error)
}

// SignPackage adds one seal signature to a package whose OFD.xml already names
// its Signatures.xml (GB/T 33190 clause 18, GB/T 38540 clause 7). It digests
// every file but Signatures.xml, unless Close is set, and its own
// Signature.xml and SignedValue.dat. Nothing is put into the package unless
// all steps went well. Several seals are added one after the other; after one
// with Close every further call gives an Error with code Closed.
func SignPackage(p Package, req SignRequest) error {
	list, err := ReadList(p)
	if err != nil {
		return err
	}
	if list.Path == "" {
		return fault(BadPackage, "OFD.xml names no list of signatures", nil)
	}
	used, err := list.inUse(p)
	if err != nil {
		return err
	}
	if err := req.check(p); err != nil {
		return err
	}

	ids := list.counter(used)
	dir := list.freeDir(p)
	m := &Manifest{
		Provider: req.Provider, Method: OIDSM2WithSM3().String(), CheckMethod: OIDSM3().String(),
		DateTime: req.Time.UTC().Format("20060102150405Z"),
		SealLoc:  "/" + dir + "/Seal.esl", ValueLoc: "/" + dir + "/SignedValue.dat",
	}
	manifestPath := dir + "/Signature.xml"
	list.Items = append(list.Items, ListItem{ID: ids.next(), Type: "Seal", BaseLoc: "/" + manifestPath})
	for _, s := range req.Stamps {
		annot := StampAnnot{ID: ids.next(), PageRef: s.PageID, Boundary: box(s.X, s.Y, s.W, s.H)}
		if s.Clip != nil {
			annot.Clip = box(s.Clip.X, s.Clip.Y, s.Clip.W, s.Clip.H)
		}
		m.Stamps = append(m.Stamps, annot)
	}
	list.MaxID = lastID(ids)

	fresh := []file{{list.Path, list.encode()}, {dir + "/Seal.esl", req.Seal}}
	m.References = digests(p, fresh, list.Path, req.Close)
	frozen := m.encode()
	value, err := sealing{
		seal: req.Seal, at: req.Time, dataHash: Digest(frozen), property: "/" + manifestPath,
		signer: req.Signer, stamp: req.Timestamp,
	}.sign()
	if err != nil {
		return err
	}
	fresh = append(fresh, file{manifestPath, frozen}, file{dir + "/SignedValue.dat", value})
	for _, f := range fresh {
		if err := p.Put(f.name, f.data); err != nil {
			return fault(BadPackage, "file cannot be added", err)
		}
	}
	return nil
}

type file struct {
	name string
	data []byte
}

func lastID(c counter) string {
	c--
	return c.next()
}

// digests lists the protected files in the package's order, new ones last.
func digests(p Files, fresh []file, listPath string, closing bool) []Reference {
	var refs []Reference
	add := func(name string, data []byte) {
		if !closing && same(name, listPath) {
			return
		}
		sum := Digest(data)
		refs = append(refs, Reference{File: "/" + name, Value: sum[:]})
	}
	for _, name := range p.Names() {
		isFresh := slices.ContainsFunc(fresh, func(f file) bool { return same(f.name, name) })
		if data, ok := p.Entry(name); ok && !isFresh {
			add(name, data)
		}
	}
	for _, f := range fresh {
		add(f.name, f.data)
	}
	return refs
}

// inUse returns the identifiers that the signatures so far have taken, and an
// Error with code Closed when one of them protects the list.
func (l *List) inUse(p Files) ([]string, error) {
	var ids []string
	for _, it := range l.Items {
		ids = append(ids, it.ID)
		data, ok := p.Entry(it.Path)
		if !ok {
			return nil, fault(BadPackage, "a listed signature is missing", nil)
		}
		m, err := ParseManifest(data)
		if err != nil {
			return nil, err
		}
		if m.Protects(p, it.Path, l.Path) {
			return nil, fault(Closed, "the list of signatures is protected by signature "+it.ID, nil)
		}
		for _, s := range m.Stamps {
			ids = append(ids, s.ID)
		}
	}
	return ids, nil
}

// Protects reports whether the manifest, read from the file at, has a
// reference to the file of the name.
func (m *Manifest) Protects(p Files, at, name string) bool {
	for _, r := range m.References {
		if target, ok := Resolve(p, at, r.File); ok && same(target, name) {
			return true
		}
	}
	return false
}

func (req *SignRequest) check(p Files) error {
	seal, err := ParseSeal(req.Seal)
	if err != nil {
		return err
	}
	switch {
	case req.Signer == nil:
		return fault(SignerFailed, "no signer", nil)
	case !seal.Admits(req.Signer.Cert()):
		return fault(NotInSeal, "the signer's certificate is not in the seal", nil)
	case req.Time.Before(seal.ValidFrom) || req.Time.After(seal.ValidTo):
		return fault(Period, "the time of signing is outside the seal's period", nil)
	}
	cert, err := smx509.ParseCertificate(req.Signer.Cert())
	if err != nil {
		return fault(SignerFailed, "the signer's certificate cannot be read", err)
	}
	if req.Time.Before(cert.NotBefore) || req.Time.After(cert.NotAfter) {
		return fault(Period, "the time of signing is outside the certificate's period", nil)
	}
	pages, err := PageIDs(p)
	if err != nil {
		return err
	}
	for _, s := range req.Stamps {
		if !(s.W > 0 && s.H > 0) || s.W > 1000 || s.H > 1000 {
			return fault(BadStamp, "a stamp has no usable size", nil)
		}
		if !slices.Contains(pages, s.PageID) {
			return fault(BadStamp, "a stamp stands on an unknown page", nil)
		}
	}
	return nil
}

// PageIDs lists the identifiers of the pages of the document.
func PageIDs(p Files) ([]string, error) {
	r, err := readRoot(p)
	if err != nil {
		return nil, err
	}
	name, ok := Resolve(p, "OFD.xml", r.doc)
	if !ok {
		return nil, fault(BadPackage, "no Document.xml", nil)
	}
	data, _ := p.Entry(name)
	var x struct {
		Pages []struct {
			ID string `xml:"ID,attr"`
		} `xml:"Pages>Page"`
	}
	if err := decode(data, &x); err != nil {
		return nil, fault(BadPackage, "Document.xml cannot be read", err)
	}
	ids := make([]string, len(x.Pages))
	for i, page := range x.Pages {
		ids[i] = page.ID
	}
	return ids, nil
}
