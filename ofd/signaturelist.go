package ofd

import "path"

// NameSignatureList lets a package that nobody has prepared for signatures take them: its OFD.xml names a list of
// signatures beside the document, as GB/T 33190 clause 18 wants. Where a list is named it changes nothing.
func (p *Package) NameSignatureList() error {
	if p.SignatureList() != "" {
		return nil
	}
	s, err := p.structure()
	if err != nil {
		return err
	}
	top := p.real(partRoot)
	data, _ := p.Entry(top)
	e, err := newEditor(top, data)
	if err != nil {
		return err
	}
	var body *span
	for _, k := range e.root.kids {
		if k.name == "DocBody" {
			if body != nil {
				return broken("root", top, "several documents in one package")
			}
			body = k
		}
	}
	list := path.Join(path.Dir(s.root), signsFolder, "Signatures.xml")
	if _, taken := p.Entry(list); taken || body == nil || body.kid("Signatures") != nil {
		return broken("root", top, "no list of signatures can be named")
	}
	m := &markup{}
	m.leaf("Signatures", list)
	e.append(body, m)
	return p.Put(top, e.bytes())
}
