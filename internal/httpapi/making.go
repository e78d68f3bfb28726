package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

const tagMaking = "制证 Making"

// Making is a license on its way to being published.
type Making struct {
	LicenseID        string    `json:"licenseId"`
	CaseNo           string    `json:"caseNo,omitempty"`
	Type             Coded     `json:"type"`
	HolderNameMasked string    `json:"holderNameMasked"`
	Step             string    `json:"step" enum:"data,sealed,published,refused"`
	Issuer           string    `json:"issuer"`
	Maker            Actor     `json:"maker" doc:"Who decided; the reviewer must be another person."`
	MadeAt           time.Time `json:"madeAt"`
	DueAt            time.Time `json:"dueAt"`
	WorkdaysLeft     int       `json:"workdaysLeft" doc:"Negative when overdue."`
	Late             bool      `json:"late" doc:"Not published in time."`
	Origin           string    `json:"origin" enum:"case,offline,batch,stock,vertical,external,appeal,part" doc:"How it came to be made."`
	PaperSerial      string    `json:"paperSerial,omitempty" doc:"Number printed on the paper license."`
	Identifier       string    `json:"identifier"`
	Mine             bool      `json:"mine" doc:"Made by the signed-in account, who therefore cannot review it."`
}

// MakingDetail is a making with the license to be reviewed.
type MakingDetail struct {
	Making
	Fields     []Item           `json:"fields"`
	Registers  []RegisterAnswer `json:"registers" nullable:"false" doc:"What base registers said before it was sealed; empty where none is asked."`
	PreviewURL string           `json:"previewUrl"`
	RecordNo   string           `json:"recordNo" doc:"存证编号 of this look"`
}

type makingsOutput struct {
	Body struct {
		Items []Making `json:"items"`
	}
}

// MakingPath names a license in the making in the address.
type MakingPath struct {
	Language
	LicenseID string `path:"licenseId" format:"uuid"`
}

type makingOutput struct{ Body MakingDetail }

type reviewInput struct {
	MakingPath
	Body struct {
		Outcome string `json:"outcome" enum:"publish,refuse"`
		Opinion string `json:"opinion,omitempty" maxLength:"500" doc:"Required to refuse."`
	}
}

type reviewOutput struct{ Body Making }

func registerMaking(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMakings", Method: http.MethodGet, Path: "/api/v1/makings", Tags: []string{tagMaking},
		Summary:     "制证列表",
		Description: "Licenses of the unit that are being made, the most urgent first.",
	}, RoleReviewer, RoleApprover, RoleClerk), d.listMakings)
	registerOffline(api, d)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMaking", Method: http.MethodGet, Path: "/api/v1/makings/{licenseId}", Tags: []string{tagMaking},
		Summary:     "待复核的证照",
		Description: "A sealed license that waits for review. Looking at it is recorded.",
		Errors:      []int{http.StatusNotFound},
	}, RoleReviewer), d.getMaking)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "previewMaking", Method: http.MethodGet, Path: "/api/v1/makings/{licenseId}/preview", Tags: []string{tagMaking},
		Summary:     "待复核证照的图像",
		Description: "Picture of the sealed file. Looking at it is recorded.",
		Errors:      []int{http.StatusNotFound},
	}, RoleReviewer), d.previewMaking)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getMakingFile", Method: http.MethodGet, Path: "/api/v1/makings/{licenseId}/file", Tags: []string{tagMaking},
		Summary:     "待复核的证照文件",
		Description: "The sealed file (OFD) that waits for review, to be examined by any reader before it is published. Taking it is recorded.",
		Errors:      []int{http.StatusNotFound},
	}, RoleReviewer), d.makingFile)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "reviewMaking", Method: http.MethodPost, Path: "/api/v1/makings/{licenseId}/review", Tags: []string{tagMaking},
		Summary:     "复核",
		Description: "Publish or refuse. The reviewer is a second person of the issuing unit. Publishing closes the case; refusing voids the license and its file, and sends the case back to be decided, or the entry back to its clerk.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, RoleReviewer), d.reviewMaking)
}

func (d Deps) listMakings(ctx context.Context, in *struct{ Language }) (*makingsOutput, error) {
	out := &makingsOutput{}
	out.Body.Items = []Making{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, err := d.Licenses.Makings(ctx, q, actorFrom(ctx).UnitID)
		if err != nil {
			return err
		}
		for _, m := range found {
			l, err := d.Licenses.Get(ctx, q, m.HolderID, m.LicenseID)
			if err != nil {
				return err
			}
			x, err := d.making(ctx, q, l, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) making(ctx context.Context, q *db.Tx, l license.License, lang string) (Making, error) {
	t, err := d.Types.Version(ctx, q, l.TypeCode, l.TypeVersion)
	if err != nil {
		return Making{}, err
	}
	holder, err := d.Holders.Get(ctx, q, l.HolderID)
	if err != nil {
		return Making{}, err
	}
	issuer, err := d.Units.Get(ctx, q, l.IssuerID)
	if err != nil {
		return Making{}, err
	}
	maker, err := d.Accounts.PersonIn(ctx, q, l.MakerID)
	if err != nil {
		return Making{}, err
	}
	return Making{
		LicenseID: l.ID, CaseNo: l.CaseNo, Type: typeName(t, lang), HolderNameMasked: holder.Profile.Masked(), Step: string(l.Step),
		Issuer: choose(lang, issuer.Name, issuer.NameEn), MadeAt: l.MadeAt.In(clock.Shanghai), DueAt: l.DueAt.In(clock.Shanghai),
		WorkdaysLeft: d.Calendar.Left(d.Clock.Now(), l.DueAt),
		Maker:        Actor{Name: maker.Name, Roles: append([]string{}, maker.Roles...)},
		Late:         d.late(l), Mine: l.MakerID == actorFrom(ctx).AccountID,
		Origin: string(l.Origin), PaperSerial: l.PaperSerial, Identifier: l.Identifier,
	}, nil
}

// late reports whether a license was not published in time, or is not yet and should be.
func (d Deps) late(l license.License) bool {
	if l.Step == license.StepPublished {
		return l.PublishedAt.After(l.DueAt)
	}
	return l.Step != license.StepRefused && d.Clock.Now().After(l.DueAt)
}

func (d Deps) getMaking(ctx context.Context, in *MakingPath) (*makingOutput, error) {
	r, err := d.Door.Task(ctx, actorFrom(ctx), in.LicenseID, access.Fields)
	if err != nil {
		return nil, err
	}
	out := &makingOutput{Body: MakingDetail{
		Fields: items(r.Fields, in.lang()), PreviewURL: "/api/v1/makings/" + in.LicenseID + "/preview", RecordNo: r.RecordNo,
	}}
	err = d.DB.Read(ctx, func(q *db.Tx) error {
		if out.Body.Making, err = d.making(ctx, q, r.License, in.lang()); err != nil {
			return err
		}
		answers, err := d.Licenses.Answers(ctx, q, r.License)
		out.Body.Registers = registerAnswers(r.Type, answers, in.lang())
		return err
	})
	return out, err
}

func (d Deps) previewMaking(ctx context.Context, in *MakingPath) (*file, error) {
	r, err := d.Door.Task(ctx, actorFrom(ctx), in.LicenseID, access.Picture)
	if err != nil {
		return nil, err
	}
	return svg(r.Content), nil
}

func (d Deps) makingFile(ctx context.Context, in *MakingPath) (*file, error) {
	r, err := d.Door.Task(ctx, actorFrom(ctx), in.LicenseID, access.File)
	if err != nil {
		return nil, err
	}
	return ofdFile(r.Content, "license-"+in.LicenseID), nil
}

func (d Deps) reviewMaking(ctx context.Context, in *reviewInput) (*reviewOutput, error) {
	actor := actorFrom(ctx)
	l, err := d.Hall.Review(ctx, actor, in.LicenseID, in.Body.Outcome == "publish", in.Body.Opinion)
	if err != nil {
		return nil, err
	}
	return d.shownMaking(ctx, l, in.lang())
}
