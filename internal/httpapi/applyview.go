package httpapi

import (
	"context"
	"slices"
	"strconv"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

func (d Deps) applicationSummary(c casefile.Case, m matter.Matter, u org.Unit, lang string) ApplicationSummary {
	s := ApplicationSummary{
		CaseNo: c.No, Matter: Coded{Code: m.Code, Name: choose(lang, m.Name, m.NameEn)}, Unit: Named{ID: u.ID, Name: choose(lang, u.Name, u.NameEn)},
		Channel: c.Channel, Stage: string(c.Stage), Taken: c.ClerkID != "", State: c.State, Outcome: c.Outcome, BundleID: c.BundleID,
		Todo:     c.Editable(),
		OpenedAt: c.OpenedAt.In(clock.Shanghai), SubmittedAt: beijing(c.SubmittedAt), ClosedAt: beijing(c.ClosedAt), DueAt: beijing(c.DueAt),
	}
	if !c.DueAt.IsZero() && c.State == casefile.StateOpen {
		s.WorkdaysLeft = d.Calendar.Left(d.Clock.Now(), c.DueAt)
	}
	return s
}

func (d Deps) applicationDetail(ctx context.Context, v hall.ApplicationView, lang string) (ApplicationDetail, error) {
	out := ApplicationDetail{
		ApplicationSummary: d.applicationSummary(v.Case, v.Matter, v.Unit, lang), Version: v.Case.RowVersion, Days: v.Matter.Days,
		Applicant: Party{Role: string(matter.Applicant), Name: v.Applicant.Profile.Name, CodeMasked: v.Applicant.Profile.Code.String(),
			CodeType: v.Applicant.Profile.CodeTypeName()},
		Parties: []ApplicationParty{}, Form: []ApplicationField{}, Materials: []ApplicationMaterial{}, Corrections: []ApplicationCorrection{},
		History: []ApplicationStep{}, Missing: append([]string{}, hall.Unfinished(v.Matter, v.Case, v.Materials)...),
	}
	if !out.Todo {
		out.Missing = []string{}
	}
	for _, e := range v.Course {
		out.History = append(out.History, applicationStep(e, v.Case))
	}
	for _, x := range v.Corrections {
		out.Corrections = append(out.Corrections, correction(x, v.Matter, lang))
	}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		for _, role := range []matter.Party{matter.Representative, matter.Spouse, matter.Child} {
			if id := v.Parties[role]; id != "" {
				h, err := d.Holders.Get(ctx, q, id)
				if err != nil {
					return err
				}
				// The name that the platform knows is not the applicant's to learn.
				out.Parties = append(out.Parties, ApplicationParty{Role: string(role), CodeMasked: h.Profile.Code.String()})
			}
		}
		types, err := d.applicationMaterials(ctx, q, v, lang, &out)
		if err != nil {
			return err
		}
		out.Form = applicationForm(v, types, lang)
		return d.applicationResult(ctx, q, v, lang, &out)
	})
	return out, err
}

// applicationForm is the form with where each value came from, or will.
func applicationForm(v hall.ApplicationView, types map[int]string, lang string) []ApplicationField {
	pending := hall.Pending(v.Materials)
	out := []ApplicationField{}
	for _, f := range v.Matter.Form {
		value := v.Case.Form[f.Name]
		x := ApplicationField{FormField: formField(f, lang), Value: value.Text, FromSeq: value.Seq, Fill: "you", Fixed: hall.Fixed(f, value, pending)}
		seq := hall.FilledBy(f)
		switch {
		case value.Seq > 0:
			x.Fill, x.Source = "license", types[value.Seq]
		case value.Text == "" && pending[seq]:
			x.Fill, x.Source = "later", types[seq]
		}
		out = append(out, x)
	}
	return out
}

// applicationMaterials adds the materials, and gives the names by which their values are said to come.
func (d Deps) applicationMaterials(ctx context.Context, q *db.Tx, v hall.ApplicationView, lang string, out *ApplicationDetail) (map[int]string, error) {
	names := map[int]string{}
	for _, x := range v.Matter.Materials {
		m := ApplicationMaterial{Seq: x.Seq, Name: x.Name, Required: x.Required, Party: string(x.Party), Help: []Help{}, Attachments: []ApplicationAttachment{}}
		var known casefile.Material
		if i := slices.IndexFunc(v.Materials, func(k casefile.Material) bool { return k.Seq == x.Seq }); i >= 0 {
			known = v.Materials[i]
		}
		m.Status, m.Reason = known.Status, reasonOf(applicantReason(known.Reason), known.Detail)
		if m.Status == "" {
			m.Status = casefile.OfParty // accepted a moment ago: the clerk's reading is under way
		}
		l, own := v.Licenses[known.LicenseID]
		if code := wanted(x, l.TypeCode); code != "" {
			c, err := d.typeNamed(ctx, q, code, lang)
			if err != nil {
				return nil, err
			}
			m.Type, names[x.Seq] = &c, c.Name
		} else {
			names[x.Seq] = x.Name
		}
		if own {
			var err error
			if m.License, err = d.applicationLicense(ctx, q, l, lang); err != nil {
				return nil, err
			}
		}
		m.Upload = out.Todo && slices.Contains([]string{casefile.Missing, casefile.Unusable, casefile.Plain, casefile.Attached, casefile.Declined}, m.Status)
		m.Help = d.helps(v, x, m, lang)
		for _, a := range v.Attachments {
			if a.Seq == x.Seq {
				m.Attachments = append(m.Attachments, attachmentOf(a, "/api/v1/me/applications/"+v.Case.No+"/attachments/"+strconv.Itoa(a.Seq)+"/"+a.ID))
			}
		}
		out.Materials = append(out.Materials, m)
	}
	return names, nil
}

// applicantReason is how a reason reads for an applicant, where it is written for staff.
func applicantReason(code string) string {
	switch code {
	case "material.missing":
		return "application.missing"
	case "material.unbound":
		return "" // a file is handed in, whoever forgot to say so
	case "material.party-absent":
		return "application.party-absent"
	default:
		return code
	}
}

func (d Deps) helps(v hall.ApplicationView, x matter.Material, m ApplicationMaterial, lang string) []Help {
	out := []Help{}
	if len(x.Bindings) == 0 || m.Status != casefile.Missing && m.Status != casefile.Unusable {
		return out
	}
	if m.Status == casefile.Missing {
		out = append(out, Help{Kind: "supplement"})
	}
	for _, y := range v.Helps[x.Seq] {
		out = append(out, Help{Kind: "matter", Matter: &Coded{Code: y.Code, Name: choose(lang, y.Name, y.NameEn)}})
	}
	if m.Upload {
		out = append(out, Help{Kind: "upload"})
	}
	return out
}

func (d Deps) applicationLicense(ctx context.Context, q *db.Tx, l license.License, lang string) (*ApplicationLicense, error) {
	held, err := d.heldLicense(ctx, q, l, lang)
	if err != nil {
		return nil, err
	}
	return &ApplicationLicense{ID: l.ID, Type: held.Type.Coded, NumberMasked: held.NumberMasked, State: held.State, Issuer: held.Issuer, ValidTo: held.ValidTo}, nil
}

func (d Deps) applicationResult(ctx context.Context, q *db.Tx, v hall.ApplicationView, lang string, out *ApplicationDetail) error {
	if v.Result.ID == "" {
		return nil
	}
	t, err := d.Types.Version(ctx, q, v.Result.TypeCode, v.Result.TypeVersion)
	if err != nil {
		return err
	}
	out.Result = &ApplicationResult{LicenseID: v.Result.ID, TypeName: choose(lang, t.Name, t.NameEn), State: stateOf(v.Result.State(d.Clock.Now()), lang),
		Published: v.Result.Step == license.StepPublished, Own: v.ResultOwn}
	return nil
}

// steps that an applicant is told of by their own word; others, among colleagues, read "other".
var applicantSteps = []string{"open", "paper", "submit", "take", "approve", "refuse", "return", "publish", "void", "made-vertical", "made-national",
	"apply", "handin", "wait", "advance", "accept", "correct", "resubmit", "withdraw", "commit", "reassign"}

func applicationStep(e casefile.Event, c casefile.Case) ApplicationStep {
	s := ApplicationStep{At: e.At.In(clock.Shanghai), Action: e.Action, Mine: slices.Contains([]string{"apply", "handin", "resubmit", "withdraw"}, e.Action)}
	if !slices.Contains(applicantSteps, e.Action) {
		s.Action = "other"
	}
	// What colleagues wrote to each other is theirs; the reasons of a refusal are the applicant's.
	if e.Action == hall.Refuse {
		s.Opinion = e.Opinion
	}
	return s
}

func correction(x casefile.Correction, m matter.Matter, lang string) ApplicationCorrection {
	out := ApplicationCorrection{Items: []CorrectionItem{}, AskedAt: x.RequestedAt.In(clock.Shanghai), AnsweredAt: beijing(x.AnsweredAt)}
	for _, i := range x.Items {
		item := CorrectionItem{Field: i.Field, Seq: i.Seq, Text: i.Text}
		if n := slices.IndexFunc(m.Form, func(f matter.FormField) bool { return f.Name == i.Field }); n >= 0 {
			item.Label = choose(lang, m.Form[n].Label, m.Form[n].LabelEn)
		} else if y, ok := m.Material(i.Seq); ok {
			item.Label = y.Name
		}
		out.Items = append(out.Items, item)
	}
	return out
}
