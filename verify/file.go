package verify

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/ses"
)

// maxSignatures bounds the work that one file can ask for.
const maxSignatures = 64

// Options are what a check relies on. The zero value trusts nobody, so that
// its best verdict is "untrusted".
type Options struct {
	Anchors      *Anchors      // for signers, makers and time stamps
	Makers       *Anchors      // for the makers of seals, when they have anchors of their own
	TSA          *Anchors      // for time stamping authorities, when they have anchors of their own
	Now          time.Time     // the time of the check; zero means the clock
	CRLs         *CRLs         // revoked certificates
	RevokedSeals []RevokedSeal // withdrawn seals
	For          *Intended     // for what an annotated copy is to be used; nil leaves that to the reader
	// Logged finds the record of a file in the log of evidence (存证) by the SM3
	// digest of its bytes; identifier is what the file calls its license (ZZBS),
	// "" if nothing. It is asked of a burned seal only, once a trusted time stamp
	// speaks for the file. What the log does not have is [ErrNotLogged]; any
	// other error, or no function, leaves the file unproven. See [Evidence].
	Logged func(digest [32]byte, identifier string) (Logged, error)
}

func (o Options) filled() Options {
	o.Makers = cmp.Or(o.Makers, o.Anchors)
	o.TSA = cmp.Or(o.TSA, o.Anchors)
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return o
}

// Intended is the use that somebody has in mind for a file. What is empty is not asked about. An annotated copy that
// names another use, or none, is not valid for this one.
type Intended struct {
	Unit   string    // name of the unit that wants to use it
	Case   string    // number of the case
	Matter string    // code of the matter
	On     time.Time // when; zero means now
}

// File judges a license file. It reports everything it finds and never fails.
func File(b []byte, o Options) Report {
	o = o.filled()
	r := Report{CheckedAt: o.Now, Causes: []Cause{}, License: []Item{}, Seals: []SealReport{}}
	r.Coverage.Uncovered = []string{}
	var whole findings
	if p, err := ofd.Read(b, ofd.Limits{}); err != nil {
		whole.add(FormatOFD, unreadable(err, ""), "")
	} else {
		whole = r.examine(b, p, o)
	}
	r.conclude(whole)
	return r
}

// examine fills the report from a readable package and returns the causes that
// concern the file as a whole.
func (r *Report) examine(raw []byte, p *ofd.Package, o Options) findings {
	var whole findings
	info, err := p.Info()
	items := metadata(info)
	if err != nil {
		whole.add(FormatOFD, unreadable(err, "document"), "")
	}
	r.License = items.license()
	r.Copy = items.copyReport(o, &whole)

	list, err := ses.ReadList(p)
	if err != nil {
		whole.add(FormatSES, "list", "")
		list = &ses.List{}
	}
	if len(list.Items) > maxSignatures {
		whole.add(FormatSES, "many", "")
		list.Items = list.Items[:maxSignatures]
	}
	if err == nil && len(list.Items) == 0 {
		whole.add(NoSeal, "", "")
	}
	if len(list.Items) > 0 && !sealed(list) {
		whole.add(NoSeal, "signed", "")
	}
	c := &check{raw: raw, name: items.get("ZZBS"), p: p, o: o, list: list, digests: map[string][]byte{}, covered: map[string]bool{}, seen: map[[32]byte]bool{}}
	c.pages = p.PageIDs()
	for _, item := range list.Items {
		r.Seals = append(r.Seals, c.seal(item))
	}
	r.Coverage = c.coverage(items.declaredSeals(), &whole)
	return whole
}

// unreadable is the reason that stands for a refusal of package ofd, or the
// usual one.
func unreadable(err error, usual string) string {
	refused, ok := errors.AsType[*ofd.FormatError](err)
	if !ok {
		return usual
	}
	switch refused.Rule {
	case "name", "duplicate", "overlap", "gap", "limit", "ratio", "missing":
		return refused.Rule
	case "path":
		return "name"
	case "doctype", "entity":
		return "entity"
	}
	return usual
}

// sealed reports whether a signature of the list claims to be a seal's.
func sealed(list *ses.List) bool {
	return slices.ContainsFunc(list.Items, func(it ses.ListItem) bool { return it.Type != "Sign" })
}

// conclude orders the causes and words the verdict.
func (r *Report) conclude(whole findings) {
	for _, s := range r.Seals {
		whole = append(whole, s.Causes...)
	}
	order := Codes()
	slices.SortStableFunc(whole, func(a, b Cause) int {
		return cmp.Compare(slices.Index(order, a.Code), slices.Index(order, b.Code))
	})
	r.Causes = append(r.Causes, whole...)
	r.Verdict = whole.verdict()
	switch {
	case r.Verdict == Invalid:
		r.Zh, r.En = "核验不通过：文件不可采信。", "Not valid: this file must not be relied on."
	case r.Verdict == Untrusted:
		r.Zh, r.En = "文件完整未被改动，但来源无法确认。", "The file is intact, but where it comes from is not established."
	case r.Copy != nil && r.Copy.Asked:
		r.Zh, r.En = "核验通过：文件是加注件，用途与所问的一致。", "Valid: an annotated copy, and made for the use asked about."
	case r.Copy != nil:
		r.Zh, r.En = "核验通过：文件是加注件，仅可用于注明的用途。", "Valid: an annotated copy, good for the purpose named and no other."
	case slices.ContainsFunc(r.Causes, func(c Cause) bool { return c.Code == NoSeal }):
		r.Zh, r.En = "核验通过：文件完整，数字签名真实有效，但文件上没有电子印章。", "Valid: the file is intact and its signatures are genuine, but it bears no electronic seal."
	default:
		r.Zh, r.En = "核验通过：文件完整，印章真实有效。", "Valid: the file is intact and its seals are genuine."
	}
}

// sameName compares names of files as the package does: without letter case, by
// lower case and not by Unicode folding, under which further names would be equal.
func sameName(a, b string) bool { return fold(a) == fold(b) }

func fold(name string) string { return strings.ToLower(name) }
