package httpapi

import (
	"context"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/upload"
)

type attachInput struct {
	MaterialPath
	FileName string `query:"fileName" maxLength:"200" doc:"As it is shown."`
	RawBody  []byte `contentType:"application/octet-stream"`
}

// AttachmentPath names a file of an application in the address.
type AttachmentPath struct {
	MaterialPath
	AttachmentID string `path:"attachmentId" format:"uuid"`
}

type caseAttachmentInput struct {
	CasePath
	AttachmentID string `path:"attachmentId" format:"uuid"`
}

type caseFilesOutput struct {
	Body struct {
		Items       []ApplicationAttachmentOf `json:"items"`
		Corrections []ApplicationCorrection   `json:"corrections" doc:"What the applicant was asked to correct, the latest first."`
	}
}

// ApplicationAttachmentOf is a file with the material that it was handed in for.
type ApplicationAttachmentOf struct {
	Seq int `json:"seq"`
	ApplicationAttachment
}

func attachmentOf(a casefile.Attachment, url string) ApplicationAttachment {
	return ApplicationAttachment{ID: a.ID, Name: a.Name, Media: a.Media, Size: a.Size, Ground: a.Ground, AddedAt: a.AddedAt.In(clock.Shanghai), URL: url}
}

func (d Deps) attach(ctx context.Context, in *attachInput) (*applicationOutput, error) {
	if _, err := d.Hall.Attach(ctx, actorFrom(ctx), in.CaseNo, in.Seq, upload.File{Name: in.FileName, Data: in.RawBody}); err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) detach(ctx context.Context, in *AttachmentPath) (*applicationOutput, error) {
	if err := d.Hall.Detach(ctx, actorFrom(ctx), in.CaseNo, in.AttachmentID); err != nil {
		return nil, err
	}
	return d.applicationNow(ctx, in.CaseNo, in.lang())
}

func (d Deps) ownAttachment(ctx context.Context, in *AttachmentPath) (*file, error) {
	a, data, err := d.Hall.OwnAttachment(ctx, actorFrom(ctx), in.CaseNo, in.AttachmentID)
	if err != nil {
		return nil, err
	}
	return handedIn(a.Name, a.Media, data), nil
}

func (d Deps) caseAttachment(ctx context.Context, in *caseAttachmentInput) (*file, error) {
	a, data, err := d.Hall.CaseAttachment(ctx, actorFrom(ctx), in.CaseNo, in.AttachmentID)
	if err != nil {
		return nil, err
	}
	return handedIn(a.Name, a.Media, data), nil
}

func (d Deps) caseFiles(ctx context.Context, in *CasePath) (*caseFilesOutput, error) {
	v, err := d.Hall.HandedIn(ctx, actorFrom(ctx), in.CaseNo)
	if err != nil {
		return nil, err
	}
	out := &caseFilesOutput{}
	out.Body.Items, out.Body.Corrections = []ApplicationAttachmentOf{}, []ApplicationCorrection{}
	for _, a := range v.Attachments {
		out.Body.Items = append(out.Body.Items, ApplicationAttachmentOf{Seq: a.Seq,
			ApplicationAttachment: attachmentOf(a, "/api/v1/cases/"+in.CaseNo+"/attachments/"+a.ID)})
	}
	for _, x := range v.Corrections {
		out.Body.Corrections = append(out.Body.Corrections, correction(x, v.Matter, in.lang()))
	}
	return out, nil
}

// handedIn gives a file as what its content was found to be; nothing else of what its sender said is believed.
func handedIn(name, media string, data []byte) *file {
	how := "inline"
	if media == upload.OFD {
		how = "attachment"
	}
	return &file{ContentType: media, Disposition: mime.FormatMediaType(how, map[string]string{"filename": name}), CacheControl: "no-store", Body: data}
}

func registerAttachment(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, roles ...string) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagApply}, Summary: zh, Description: en,
			Errors: []int{http.StatusNotFound, http.StatusConflict}}, roles...)
	}
	const one = "/api/v1/me/applications/{caseNo}/attachments/{seq}"
	add := op("attachToMyApplication", http.MethodPost, one, "上传材料",
		"Hand in a file for a material that no license satisfies: PDF, OFD, JPEG or PNG by its content, at most 10 MB. Where a license does, it is refused.", RoleHolder)
	add.MaxBodyBytes, add.Errors = upload.Max+1, append(add.Errors, http.StatusRequestEntityTooLarge)
	huma.Register(api, add, d.attach)
	huma.Register(api, op("getMyAttachment", http.MethodGet, one+"/{attachmentId}", "查看上传的文件", "A file as it was handed in.", RoleHolder), d.ownAttachment)
	huma.Register(api, op("removeMyAttachment", http.MethodDelete, one+"/{attachmentId}", "删除上传的文件",
		"Take a file off an application that is not handed in.", RoleHolder), d.detach)
	staff := []string{RoleClerk, RoleApprover}
	huma.Register(api, op("listCaseAttachments", http.MethodGet, "/api/v1/cases/{caseNo}/attachments", "申请人上传的文件",
		"Files that the applicant handed in, and what they were asked to correct.", staff...), d.caseFiles)
	huma.Register(api, op("getCaseAttachment", http.MethodGet, "/api/v1/cases/{caseNo}/attachments/{attachmentId}", "打开上传的文件",
		"A file that the applicant handed in, for whoever handles the open case.", staff...), d.caseAttachment)
}
