package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/share"
)

const tagShare = "授权下载 Sharing files"

// Share is an authorisation to download a license file.
type Share struct {
	ID           string     `json:"id"`
	LicenseID    string     `json:"licenseId"`
	Type         Coded      `json:"type"`
	Receiver     string     `json:"receiver"`
	Purpose      string     `json:"purpose"`
	State        string     `json:"state" enum:"open,ended,expired,used,locked"`
	Downloads    int        `json:"downloads"`
	DownloadsMax int        `json:"downloadsMax"`
	TriesLeft    int        `json:"triesLeft" doc:"Wrong codes still borne before it locks."`
	CreatedAt    time.Time  `json:"createdAt"`
	ExpiresAt    time.Time  `json:"expiresAt"`
	EndedAt      *time.Time `json:"endedAt,omitempty"`
}

// NewShare is an authorisation with the secrets that are told once.
type NewShare struct {
	Share
	URL   string `json:"url" doc:"The link for the receiver; only in this answer."`
	Code  string `json:"code" doc:"The code, to be told apart from the link; only in this answer."`
	QRSVG string `json:"qrSvg" doc:"The link as a QR code."`
}

// ShareDetail is an authorisation with what happened to it.
type ShareDetail struct {
	Share
	Log []ShareEvent `json:"log"`
}

// ShareEvent is one line of an authorisation's log.
type ShareEvent struct {
	At       time.Time `json:"at"`
	Action   string    `json:"action" enum:"made,downloaded,wrong-code,locked,ended"`
	Format   string    `json:"format,omitempty" enum:"ofd,pdf"`
	RecordNo string    `json:"recordNo,omitempty" doc:"存证编号 of the use."`
}

type shareCreateInput struct {
	HeldPath
	Body struct {
		Receiver  string `json:"receiver" minLength:"2" maxLength:"40" doc:"Who may use the copy; stands on its face."`
		Purpose   string `json:"purpose" minLength:"2" maxLength:"40" doc:"What for; stands on its face."`
		Days      int    `json:"days" minimum:"1" maximum:"90" doc:"Good until the end of this day."`
		Downloads int    `json:"downloads" minimum:"1" maximum:"20"`
	}
}

type newShareOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         NewShare
}

type sharesOutput struct {
	Body struct {
		Items []Share `json:"items"`
	}
}

// SharePath names an own authorisation in the address.
type SharePath struct {
	Language
	ShareID string `path:"shareId" format:"uuid"`
}

type shareOutput struct{ Body ShareDetail }

func registerShare(api huma.API, d Deps) {
	tags := []string{tagShare}
	huma.Register(api, confirmed(api, d, require(api, huma.Operation{
		OperationID: "shareLicense", Method: http.MethodPost, Path: "/api/v1/me/licenses/{id}/shares", Tags: tags,
		Summary: "授权下载", Description: "Let a named receiver download an annotated copy of an own license, by a link and a code.",
		Errors: []int{http.StatusNotFound, http.StatusConflict}, DefaultStatus: http.StatusCreated,
	}, RoleHolder)), d.makeShare)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listShares", Method: http.MethodGet, Path: "/api/v1/me/shares", Tags: tags,
		Summary: "我授权的下载", Description: "The holder's authorisations to download, the newest first.",
	}, RoleHolder), d.listShares)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getShare", Method: http.MethodGet, Path: "/api/v1/me/shares/{shareId}", Tags: tags,
		Summary: "授权的情况", Description: "An own authorisation with its log: downloads, wrong codes, its end.", Errors: []int{http.StatusNotFound},
	}, RoleHolder), d.getShare)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "endShare", Method: http.MethodPost, Path: "/api/v1/me/shares/{shareId}/end", Tags: tags,
		Summary: "收回授权", Description: "End an own authorisation at once. Ended twice is ended.", Errors: []int{http.StatusNotFound},
	}, RoleHolder), d.endShare)
}

func shareOf(s share.Share, lang string) Share {
	return Share{ID: s.ID, LicenseID: s.LicenseID, Type: typeName(s.Type, lang), Receiver: s.Receiver, Purpose: s.Purpose, State: string(s.State),
		Downloads: s.Downloads, DownloadsMax: s.DownloadsMax, TriesLeft: s.TriesLeft, CreatedAt: s.CreatedAt.In(clock.Shanghai),
		ExpiresAt: s.ExpiresAt.In(clock.Shanghai), EndedAt: beijing(s.EndedAt)}
}

func (d Deps) makeShare(ctx context.Context, in *shareCreateInput) (*newShareOutput, error) {
	s, err := d.Shares.Make(ctx, actorFrom(ctx), in.ID, share.Terms{Receiver: in.Body.Receiver, Purpose: in.Body.Purpose,
		Days: in.Body.Days, Downloads: in.Body.Downloads})
	if err != nil {
		return nil, err
	}
	out := &newShareOutput{CacheControl: "no-store", Body: NewShare{Share: shareOf(s, in.lang()), URL: d.BaseURL + "/d/" + s.Token, Code: s.Code}}
	out.Body.QRSVG, err = present.QRSVG(out.Body.URL)
	return out, err
}

func (d Deps) listShares(ctx context.Context, in *struct{ Language }) (*sharesOutput, error) {
	found, err := d.Shares.List(ctx, actorFrom(ctx))
	out := &sharesOutput{}
	out.Body.Items = []Share{}
	for _, s := range found {
		out.Body.Items = append(out.Body.Items, shareOf(s, in.lang()))
	}
	return out, err
}

func (d Deps) getShare(ctx context.Context, in *SharePath) (*shareOutput, error) {
	s, events, err := d.Shares.Get(ctx, actorFrom(ctx), in.ShareID)
	if err != nil {
		return nil, err
	}
	out := &shareOutput{Body: ShareDetail{Share: shareOf(s, in.lang()), Log: []ShareEvent{}}}
	for _, e := range events {
		out.Body.Log = append(out.Body.Log, ShareEvent{At: e.At.In(clock.Shanghai), Action: string(e.Action), Format: e.Format, RecordNo: e.RecordNo})
	}
	return out, nil
}

func (d Deps) endShare(ctx context.Context, in *SharePath) (*shareOutput, error) {
	if _, err := d.Shares.End(ctx, actorFrom(ctx), in.ShareID); err != nil {
		return nil, err
	}
	return d.getShare(ctx, in)
}
