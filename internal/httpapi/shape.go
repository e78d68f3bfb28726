package httpapi

import (
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/license"
)

// Language is the language an answer's words are wanted in.
type Language struct {
	AcceptLanguage string `header:"Accept-Language" doc:"zh (default) or en."`
}

func (l Language) lang() string {
	base, _ := preferred(l.AcceptLanguage).Base()
	return base.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

// Coded is a thing with its code and name.
type Coded struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Item is one labelled value.
type Item struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// Label is the name of a field with its label, without a value.
type Label struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// Reason says why something is not as wished, in both languages.
type Reason struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

func reasonOf(code string, args map[string]string) *Reason {
	if code == "" {
		return nil
	}
	return &Reason{Code: code, Zh: errs.Text(code, "zh", args), En: errs.Text(code, "en", args)}
}

// Beijing writes a moment as the interface gives it; nil for none.
func beijing(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(clock.Shanghai)
	return &t
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Shanghai).Format(time.DateOnly)
}

// lastDay is the last day on which something is valid that ends at the instant t.
func lastDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return date(t.Add(-time.Microsecond))
}

func choose(lang, zh, en string) string {
	if lang == "en" && en != "" {
		return en
	}
	return zh
}

func typeName(t *catalog.Type, lang string) Coded {
	return Coded{Code: t.Code, Name: choose(lang, t.Name, t.NameEn)}
}

func items(fields []access.Field, lang string) []Item {
	out := []Item{}
	for _, f := range fields {
		out = append(out, Item{Name: f.Name, Label: choose(lang, f.Label, f.LabelEn), Value: f.Value})
	}
	return out
}

func labels(t *catalog.Type, names []string, lang string) []Label {
	out := []Label{}
	for _, n := range names {
		f, _ := t.Field(n)
		out = append(out, Label{Name: n, Label: choose(lang, f.Label, f.LabelEn)})
	}
	return out
}

// State is the state of a license: its code, which chooses colour and shape, and its word.
type State struct {
	State     string `json:"state" enum:"making,notYet,valid,pledged,disputed,lost,suspended,inspectionOverdue,superseded,expired,cancelled,revoked,penalty,abolished"`
	StateText string `json:"stateText"`
}

func stateOf(s license.State, lang string) State {
	return State{State: string(s), StateText: s.Text(lang)}
}

// file is an answer that is a picture or a file. It is personal: no cache may keep it.
type file struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func svg(b []byte) *file {
	return &file{ContentType: "image/svg+xml", Disposition: "inline", CacheControl: "no-store", Body: b}
}

func ofdFile(b []byte, name string) *file {
	return &file{ContentType: "application/ofd", Disposition: `attachment; filename="` + name + `.ofd"`, CacheControl: "no-store", Body: b}
}
