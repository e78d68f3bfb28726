package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

const tagNotice = "消息 Messages"

// NoticeItem is one message. The pages make its words from kind and detail.
type NoticeItem struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind" doc:"case-submitted, case-accepted, case-returned, case-approved, case-refused, license-issued …"`
	Subject string            `json:"subject" doc:"What it is about: number of a case, id of a license …"`
	Detail  map[string]string `json:"detail" doc:"Arguments of its words: matter, matterEn, caseNo, licenseId …"`
	At      time.Time         `json:"at"`
	ReadAt  *time.Time        `json:"readAt,omitempty"`
}

type noticesOutput struct {
	Body struct {
		Items  []NoticeItem `json:"items"`
		Total  int          `json:"total"`
		Unread int          `json:"unread"`
	}
}

type noticeInput struct {
	Language
	NoticeID string `path:"noticeId" format:"uuid"`
}

func (d Deps) listNotices(ctx context.Context, in *applicationsInput) (*noticesOutput, error) {
	out := &noticesOutput{}
	out.Body.Items = []NoticeItem{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		holder := actorFrom(ctx).HolderID
		found, total, err := d.Notices.List(ctx, q, holder, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, n := range found {
			out.Body.Items = append(out.Body.Items, NoticeItem{ID: n.ID, Kind: string(n.Kind), Subject: n.Subject, Detail: n.Detail,
				At: n.At.In(clock.Shanghai), ReadAt: beijing(n.ReadAt)})
		}
		out.Body.Total = total
		out.Body.Unread, err = d.Notices.Unread(ctx, q, holder)
		return err
	})
	return out, err
}

func (d Deps) readNotice(ctx context.Context, in *noticeInput) (*struct{}, error) {
	return nil, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Notices.Read(ctx, tx, actorFrom(ctx).HolderID, in.NoticeID)
	})
}

func registerNotice(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "listMyNotices", Method: http.MethodGet, Path: "/api/v1/me/notices", Tags: []string{tagNotice},
		Summary:     "我的消息",
		Description: "Messages to whom you act for, the newest first.",
	}, RoleHolder), d.listNotices)
	huma.Register(api, require(api, huma.Operation{
		OperationID: "readMyNotice", Method: http.MethodPost, Path: "/api/v1/me/notices/{noticeId}/read", Tags: []string{tagNotice},
		Summary:     "消息已读",
		Description: "Mark a message as read.",
		Errors:      []int{http.StatusNotFound},
	}, RoleHolder), d.readNotice)
}
