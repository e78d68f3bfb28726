package errs

import "strings"

// words are the Chinese and English texts of one code; {name} is filled from Error.Args.
type words struct{ zh, en string }

type messages map[string]words

// tables lists every package's words; a code stands in exactly one of them (tested).
func tables() []messages {
	return []messages{commonMessages, sourceMessages, codeMessages, caseMessages, licenseMessages, accessMessages, authnMessages, httpMessages, webMessages,
		orgMessages, catalogMessages, matterMessages, intakeMessages, batchMessages, stockMessages, sealMessages,
		benchMessages,
		shareMessages, feedMessages, callerMessages, verticalMessages,
		appealMessages,
		inspectionMessages,
		applyMessages,
		presentMessages,
		peopleMessages,
		makingMessages,
		operationMessages,
		retentionMessages,
		erasureMessages,
		watchMessages,
	}
}

var commonMessages = messages{
	"internal":          {"系统内部出错，本次操作没有生效。请稍后再试；若仍不行，请把参考编号告诉运行人员。", "Something failed on our side; nothing was changed. Try again later, or give the reference number to the operators."},
	"unauthenticated":   {"请先登录。", "Sign in first."},
	"denied":            {"您的岗位不能做这件事。", "Your role does not allow this."},
	"not-found":         {"没有找到。", "Not found."},
	"conflict":          {"内容已被他人更新，请刷新后再试。", "Someone changed this meanwhile. Reload and try again."},
	"body.too-large":    {"提交的内容超过大小上限。", "What you sent is larger than allowed."},
	"body.invalid":      {"提交的内容不合要求，请按提示改正。", "What you sent does not meet the rules; correct the fields named."},
	"field.unknown":     {"有系统不认识的字段，请删去。", "There is a field the system does not know; remove it."},
	"field.required":    {"此项必填。", "This is required."},
	"field.too-long":    {"此项最多{max}个字。", "At most {max} characters."},
	"rate.limited":      {"操作过于频繁，请稍后再试。", "Too many attempts; wait a little."},
	"unit.unknown":      {"没有这个机构。", "No such unit."},
	"change.reason":     {"请写明变更理由，最多200字。", "Say why you change this, in at most 200 characters."},
	"idempotency.reuse": {"同一个请求编号用于了不同的内容。", "The same request key was used for different content."},
}

var codeMessages = messages{
	"code.uscc":       {"{rule}，请核对。", "Check this: {ruleEn}."},
	"code.citizen":    {"{rule}，请核对。", "Check this: {ruleEn}."},
	"code.identifier": {"{rule}，请核对。", "Check this: {ruleEn}."},
	"code.matter":     {"{rule}，请核对。", "Check this: {ruleEn}."},
	"code.holder":     {"应填18位统一社会信用代码或公民身份号码。", "Give an 18-character social credit code or citizen number."},
}

// Text gives the words of a code in "zh" or "en" with its arguments filled in. An unknown code reads as
// an internal error, so that nothing unforeseen is shown to an outsider.
func Text(code, lang string, args map[string]string) string {
	w, ok := find(code)
	if !ok {
		w = commonMessages["internal"]
	}
	s := w.zh
	if lang == "en" {
		s = w.en
	}
	for k, v := range args {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	return s
}

// Known reports whether a code has words.
func Known(code string) bool {
	_, ok := find(code)
	return ok
}

func find(code string) (words, bool) {
	for _, t := range tables() {
		if w, ok := t[code]; ok {
			return w, true
		}
	}
	return words{}, false
}
