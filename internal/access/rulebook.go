package access

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/policy"
)

// Rule is one rule of the door as people read it: its sentence, its clause and what to do when it refuses stand beside the
// Cedar text, in the same file.
type Rule struct {
	ID           string // a refusal by it has the code "access."+ID
	Permits      bool   // it opens a ground; otherwise it must hold for every use on it
	Zh, En       string
	Clause       string
	Todo, TodoEn string // what to do when it refuses
	Cedar        string
}

// Chapter is one ground with its rules, in the order of their file.
type Chapter struct {
	Ground Ground
	Rules  []Rule
}

// Rulebook is the whole of the door's rules, for whoever wants to know what is allowed. It is not to be changed.
func (d *Door) Rulebook() []Chapter { return d.book }

func rulebook() ([]Chapter, error) {
	var out []Chapter
	for _, g := range grounds {
		text, err := fs.ReadFile(policy.Files, string(g)+".cedar")
		if err != nil {
			return nil, err
		}
		list, err := cedar.NewPolicyListFromBytes(string(g)+".cedar", text)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(list, func(a, b *cedar.Policy) int { return a.Position().Offset - b.Position().Offset })
		c := Chapter{Ground: g}
		for i, p := range list {
			end := len(text)
			if i+1 < len(list) {
				end = list[i+1].Position().Offset
			}
			a := p.Annotations()
			c.Rules = append(c.Rules, Rule{ID: string(a["id"]), Permits: p.Effect() == cedar.Permit, Zh: string(a["zh"]), En: string(a["en"]),
				Clause: string(a["clause"]), Todo: string(a["todo"]), TodoEn: string(a["todoEn"]), Cedar: body(string(text[p.Position().Offset:end]))})
		}
		out = append(out, c)
	}
	return out, nil
}

// body is the text of a rule without its annotations and what is said before the next one.
func body(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "@") && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
