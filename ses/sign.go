package ses

import (
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
)

// SignRequest describes one signature to set. With a Sealer it is the
// signature of a seal (Type="Seal", GB/T 38540); with a Signer alone it has no
// seal (Type="Sign", GB/T 35275 SignedData over Signature.xml), as a platform
// uses to close a document for good.
type SignRequest struct {
	Sealer   *Sealer
	Signer   Signer      // looked at only without a Sealer
	At       []Placement // where the seal's picture stands; none without a Sealer
	Time     time.Time
	Provider string // name of the signing software, shown in readers
	// Close makes this signature protect Signatures.xml too: no signature can
	// be added or silently taken away afterwards. The last signature sets it.
	Close bool
	// Timestamp, when given, gets the signature value and returns a time stamp
	// token (GB/T 20520) to store with it.
	Timestamp func(signature []byte) (token []byte, err error)
}

// Sign sets signatures on a package one after the other (GB/T 33190 clause 18,
// GB/T 38540 clause 7). The package's OFD.xml must already name its
// Signatures.xml. Each signature digests every file, those of the signatures
// before it included, but for Signatures.xml, unless Close is set, and its own
// Signature.xml and SignedValue.dat. Nothing is put into the package unless
// all went well. After one with Close every further one gives an Error with
// code Closed.
func Sign(p *ofd.Package, requests ...SignRequest) error {
	s, err := begin(p)
	if err != nil {
		return err
	}
	for i := range requests {
		if err := s.sign(&requests[i]); err != nil {
			return err
		}
	}
	return s.finish()
}

// session is the work on one package. What it makes stays here until finish.
type session struct {
	p      *ofd.Package
	list   *List
	pages  []string
	ids    counter
	dirs   map[string]bool // folders that files use, folded
	old    []Reference     // the files of the package without the list
	fresh  []file          // the files of the signatures set so far
	closed bool
}

// file is one to be put.
type file struct {
	name string
	data []byte
	sum  []byte // SM3 of data, nil until somebody asks
}

func (f *file) reference() Reference {
	if f.sum == nil {
		sum := Digest(f.data)
		f.sum = sum[:]
	}
	return Reference{File: "/" + f.name, Value: f.sum}
}

func (f *file) put(p *ofd.Package) error {
	var err error
	if f.sum == nil {
		err = p.Put(f.name, f.data)
	} else {
		err = p.PutDigested(f.name, f.data, [32]byte(f.sum))
	}
	if err != nil {
		return fault(BadPackage, "file cannot be added", err)
	}
	return nil
}

func begin(p *ofd.Package) (*session, error) {
	s := &session{p: p, list: &List{Path: p.SignatureList()}, pages: p.PageIDs(), dirs: map[string]bool{}}
	if s.list.Path == "" {
		return nil, fault(BadPackage, "OFD.xml names no list of signatures", nil)
	}
	if len(s.pages) == 0 {
		return nil, fault(BadPackage, "no pages", nil)
	}
	// Without the entry there is nothing to read: the list that OFD.xml names is made by the first signature.
	if _, ok := p.Entry(s.list.Path); ok {
		var err error
		if s.list, err = ReadList(p); err != nil {
			return nil, err
		}
	}
	used, err := s.list.inUse(p)
	if err != nil {
		return nil, err
	}
	s.ids = s.list.counter(used)
	names := p.Names()
	s.old = make([]Reference, 0, len(names))
	for _, name := range names {
		s.dirs[fold(path.Dir(name))] = true
		if sum, ok := p.Digest(name); ok && !same(name, s.list.Path) {
			s.old = append(s.old, Reference{File: "/" + name, Value: sum[:]})
		}
	}
	return s, nil
}

// sign sets one signature: its files join those of the session.
func (s *session) sign(req *SignRequest) error {
	if s.closed {
		return fault(Closed, "the signature before closes the list", nil)
	}
	if err := req.check(s.pages); err != nil {
		return err
	}
	dir := s.freeDir()
	item := ListItem{ID: s.ids.next(), Type: "Seal", BaseLoc: "/" + dir + "/Signature.xml"}
	m := &Manifest{
		Provider: req.Provider, Method: OIDSM2WithSM3().String(), CheckMethod: OIDSM3().String(),
		DateTime: req.Time.UTC().Format("20060102150405Z"), ValueLoc: "/" + dir + "/SignedValue.dat",
	}
	for _, at := range req.At {
		m.Stamps = append(m.Stamps, at.annot(s.ids.next()))
	}
	var own []file
	if req.Sealer == nil {
		item.Type = "Sign"
	} else {
		m.SealLoc = "/" + dir + "/Seal.esl"
		own = append(own, req.Sealer.file(dir+"/Seal.esl"))
	}
	s.list.Items = append(s.list.Items, item)
	m.References = s.protected(own, req.Close)
	frozen := file{name: dir + "/Signature.xml", data: m.encode()}
	value, err := req.value(frozen.reference())
	if err != nil {
		return err
	}
	s.fresh = append(append(s.fresh, own...), frozen, file{name: dir + "/SignedValue.dat", data: value})
	s.closed = req.Close
	return nil
}

// value makes SignedValue.dat over the digest of Signature.xml.
func (req *SignRequest) value(frozen Reference) ([]byte, error) {
	if req.Sealer == nil {
		return signPlain(req.Signer, frozen.Value)
	}
	return req.Sealer.value(req.Time, frozen, req.Timestamp)
}

// protected lists the files that a signature protects.
func (s *session) protected(own []file, closing bool) []Reference {
	refs := slices.Grow(slices.Clone(s.old), len(s.fresh)+2)
	for i := range s.fresh {
		refs = append(refs, s.fresh[i].reference())
	}
	if closing {
		list := s.listFile()
		refs = append(refs, list.reference())
	}
	for i := range own {
		refs = append(refs, own[i].reference())
	}
	return refs
}

func (s *session) listFile() file {
	s.list.MaxID = s.ids.last()
	return file{name: s.list.Path, data: s.list.encode()}
}

// freeDir finds the first folder Sign_k beside the list that no file uses.
func (s *session) freeDir() string {
	for k := len(s.list.Items); ; k++ {
		dir := path.Join(path.Dir(s.list.Path), "Sign_"+strconv.Itoa(k))
		if !s.dirs[fold(dir)] {
			s.dirs[fold(dir)] = true
			return dir
		}
	}
}

// finish puts the list and what the signatures brought into the package.
func (s *session) finish() error {
	if len(s.fresh) == 0 {
		return nil
	}
	list := s.listFile()
	if err := list.put(s.p); err != nil {
		return err
	}
	for i := range s.fresh {
		if err := s.fresh[i].put(s.p); err != nil {
			return err
		}
	}
	return nil
}

// inUse returns the identifiers that the signatures so far have taken, and an
// Error with code Closed when one of them protects the list.
func (l *List) inUse(p *ofd.Package) ([]string, error) {
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
func (m *Manifest) Protects(p *ofd.Package, at, name string) bool {
	for _, r := range m.References {
		if target, ok := Resolve(p, at, r.File); ok && same(target, name) {
			return true
		}
	}
	return false
}

func (req *SignRequest) check(pages []string) error {
	if req.Sealer == nil {
		switch {
		case req.Signer == nil:
			return fault(SignerFailed, "no signer", nil)
		case len(req.At) > 0:
			return fault(BadStamp, "a signature without a seal has no picture to place", nil)
		case req.Timestamp != nil:
			return fault(SignerFailed, "a signature without a seal has no place for a time stamp", nil)
		}
		return nil
	}
	if err := req.Sealer.usable(req.Time); err != nil {
		return err
	}
	for _, at := range req.At {
		if !(at.W > 0 && at.H > 0) || at.W > 1000 || at.H > 1000 {
			return fault(BadStamp, "a stamp has no usable size", nil)
		}
		if !slices.Contains(pages, at.PageID) {
			return fault(BadStamp, "a stamp stands on an unknown page", nil)
		}
	}
	return nil
}
