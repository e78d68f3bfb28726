package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

const tagPolicy = "用证规则 Rules of the door"

// PolicyGround is one ground on which licenses are used, with its rules.
type PolicyGround struct {
	Ground string       `json:"ground" enum:"case,self,presentation,consent,issuing,share,commitment,inspection,break-glass,archive,quality,analysis"`
	Rules  []PolicyRule `json:"rules" nullable:"false"`
}

// PolicyRule is one rule as a sentence and as the text that decides.
type PolicyRule struct {
	ID      string `json:"id"`
	Code    string `json:"code" doc:"The reason that a refusal by this rule gives."`
	Permits bool   `json:"permits" doc:"It says who may; otherwise it must hold for every use on the ground."`
	Text    string `json:"text"`
	Clause  string `json:"clause" doc:"法规依据"`
	Todo    string `json:"todo,omitempty" doc:"What to do when it refuses."`
	Cedar   string `json:"cedar"`
}

type policyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Vary         string `header:"Vary"`
	Body         struct {
		Grounds []PolicyGround `json:"grounds" nullable:"false"`
	}
}

func registerPolicy(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "getPolicy", Method: http.MethodGet, Path: "/api/v1/policy", Tags: []string{tagPolicy},
		Summary:     "用证规则",
		Description: "All rules by which uses of licenses are decided: each as a sentence with its clause, and the Cedar text itself.",
	}), d.getPolicy)
}

func (d Deps) getPolicy(_ context.Context, in *struct{ Language }) (*policyOutput, error) {
	out := &policyOutput{CacheControl: "max-age=300", Vary: "Accept-Language"}
	for _, c := range d.Door.Rulebook() {
		g := PolicyGround{Ground: string(c.Ground), Rules: []PolicyRule{}}
		for _, r := range c.Rules {
			g.Rules = append(g.Rules, PolicyRule{ID: r.ID, Code: "access." + r.ID, Permits: r.Permits, Text: choose(in.lang(), r.Zh, r.En),
				Clause: r.Clause, Todo: choose(in.lang(), r.Todo, r.TodoEn), Cedar: r.Cedar})
		}
		out.Body.Grounds = append(out.Body.Grounds, g)
	}
	return out, nil
}
