package httpapi

import (
	"maps"
	"slices"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/register"
)

// RegisterAnswer is what a base register said of one holder. No value comes back from a register.
type RegisterAnswer struct {
	Register string           `json:"register" enum:"population,legal,institution"`
	Name     string           `json:"name" doc:"Of the system that was asked."`
	Person   int              `json:"person" doc:"Of those whose codes the license names, from 1."`
	Result   string           `json:"result" enum:"match,mismatch,unknown,absent,down"`
	Text     string           `json:"text"`
	Effect   string           `json:"effect" enum:",warn,wait,refuse,block" doc:"By the type's rule; empty: it agrees."`
	Fields   []RegisterResult `json:"fields" nullable:"false"`
	Asked    int              `json:"asked" doc:"How often it was asked."`
	At       time.Time        `json:"at"`
}

// RegisterResult is whether one field agrees.
type RegisterResult struct {
	Name   string `json:"name"`
	Label  string `json:"label"`
	Result string `json:"result" enum:"match,mismatch,unknown"`
}

// resultWords say how an answer reads.
var resultWords = map[register.Result][2]string{
	register.Match: {"一致", "agrees"}, register.Mismatch: {"不一致", "differs"}, register.Unknown: {"库中没有该项", "not known there"},
	register.Absent: {"库中没有此人（单位）", "nobody of this code"}, register.Down: {"没有答复", "no answer"},
}

func registerAnswers(t *catalog.Type, found []register.Finding, lang string) []RegisterAnswer {
	out := []RegisterAnswer{}
	for _, f := range found {
		words := resultWords[f.Result]
		a := RegisterAnswer{Register: f.Register, Name: f.Name, Person: f.Person + 1, Result: string(f.Result), Text: choose(lang, words[0], words[1]),
			Effect: f.Effect, Fields: []RegisterResult{}, Asked: f.Asked, At: f.At.In(clock.Shanghai)}
		for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
			declared, _ := t.Field(name)
			a.Fields = append(a.Fields, RegisterResult{Name: name, Label: choose(lang, declared.Label, declared.LabelEn), Result: string(f.Fields[name])})
		}
		out = append(out, a)
	}
	return out
}
