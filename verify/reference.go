package verify

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/yinxin-org/yinxin/ses"
)

// The digest methods that can be computed.
const (
	methodSM3    = "SM3"
	methodSHA256 = "SHA-256"
)

// digestMethod understands the names that makers write for CheckMethod.
func digestMethod(written string) (method, reason string) {
	sm3 := ses.OIDSM3().String()
	name := strings.ToUpper(strings.ReplaceAll(written, "-", ""))
	switch {
	case name == "SM3" || name == sm3 || strings.HasPrefix(name, sm3+"."):
		return methodSM3, ""
	case name == "SHA256" || name == "2.16.840.1.101.3.4.2.1":
		return methodSHA256, "foreign"
	case name == "MD5" || name == "SHA1" || name == "1.3.14.3.2.26" || name == "1.2.840.113549.2.5":
		return "", "weak"
	}
	return "", "unknown"
}

// maxReferences bounds the files that one signature may name; a package has fewer entries than that.
const maxReferences = 5000

// references compares every protected file (step 9).
func (c *check) references(item ses.ListItem, m *ses.Manifest, f *findings) {
	method, reason := digestMethod(m.CheckMethod)
	if reason != "" {
		f.add(CheckMethod, reason, item.ID)
	}
	if len(m.References) == 0 {
		f.add(CheckMethod, "empty", item.ID)
	}
	if len(m.References) > maxReferences {
		f.add(CheckMethod, "many", item.ID)
		return
	}
	for _, ref := range m.References {
		name, ok := ses.Resolve(c.p, item.Path, ref.File)
		if !ok {
			f.add(RefMissing, "", part(item.ID, ref.File))
			continue
		}
		if method != "" && !bytes.Equal(c.digest(method, name), ref.Value) {
			f.add(RefDigest, "", part(item.ID, name))
		}
		c.cover(name)
		if sameName(name, c.list.Path) {
			c.closed = true
		}
	}
}

// digest computes each file once, however many signatures protect it.
func (c *check) digest(method, name string) []byte {
	id := method + " " + fold(name)
	if sum, ok := c.digests[id]; ok {
		return sum
	}
	data, _ := c.p.Entry(name)
	var sum []byte
	if method == methodSHA256 {
		s := sha256.Sum256(data)
		sum = s[:]
	} else {
		s := ses.Digest(data)
		sum = s[:]
	}
	c.digests[id] = sum
	return sum
}

// sealFile compares Seal.esl with the seal inside the signature (step 10).
func (c *check) sealFile(item ses.ListItem, m *ses.Manifest, sig *ses.Signature, f *findings) {
	if m.SealLoc == "" {
		return // the element is optional: the signature holds the seal
	}
	name, ok := ses.Resolve(c.p, item.Path, m.SealLoc)
	if !ok {
		f.add(SealFile, "missing", item.ID)
		return
	}
	if sig == nil {
		return
	}
	data, _ := c.p.Entry(name)
	if !bytes.Equal(data, sig.Seal.Raw) {
		f.add(SealFile, "", item.ID)
		return
	}
	c.cover(name)
}

func (c *check) stamps(item ses.ListItem, m *ses.Manifest, f *findings) {
	if len(c.pages) == 0 {
		return // the document cannot be read, which is told
	}
	for _, s := range m.Stamps {
		if !slices.Contains(c.pages, s.PageRef) {
			f.add(StampPage, "", item.ID)
			return
		}
	}
}

func (c *check) cover(name string) { c.covered[fold(name)] = true }

// maxUncovered bounds the names that a report lists.
const maxUncovered = 100

// coverage finds what no signature protects (step 12).
func (c *check) coverage(declared int, f *findings) Coverage {
	cov := Coverage{Uncovered: []string{}, ListClosed: c.closed, SealsDeclared: declared, SealsFound: c.seals()}
	for _, name := range c.p.Names() {
		if strings.HasSuffix(name, "/") {
			continue
		}
		cov.Files++
		if c.covered[fold(name)] {
			cov.Covered++
			continue
		}
		if sameName(name, c.list.Path) && len(c.list.Items) > 0 {
			continue // told by ListClosed
		}
		if len(cov.Uncovered) < maxUncovered {
			cov.Uncovered = append(cov.Uncovered, name)
		}
	}
	if len(c.list.Items) == 0 {
		return cov
	}
	for _, name := range cov.Uncovered {
		f.add(CoverageGap, "file", name)
	}
	switch {
	case declared > 0 && cov.SealsFound < declared:
		f.add(SealMissing, "", "")
	case declared > 0 && cov.SealsFound > declared:
		f.add(CoverageGap, "more", "")
	}
	if !c.closed {
		f.add(ListOpen, "", "")
	}
	return cov
}

// seals counts the seals; a signature without one, as a platform closes files with, is none.
func (c *check) seals() int {
	n := 0
	for _, item := range c.list.Items {
		if item.Type != "Sign" {
			n++
		}
	}
	return n
}

// part names a file within a signature, cut to a length fit for a screen.
func part(id, name string) string {
	if r := []rune(name); len(r) > 120 {
		name = string(r[:120]) + "…"
	}
	return id + " " + name
}
