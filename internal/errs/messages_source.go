package errs

// Words of base registers, of the rules at entry, and of licenses that are kept at their source.
var sourceMessages = messages{
	"register.mismatch":      {"与{register}的数据不一致（{fields}），不能制证。请与当事人核对后再办。", "Data differ from {registerEn} ({fields}); no license can be made. Check them with the holder."},
	"register.down":          {"{register}现在没有答复，按规则不能决定。请稍后再试。", "There is no answer from {registerEn}, and by its rule nothing can be decided now. Try again later."},
	"register.waits":         {"基础库还没有答复，制证在等待，恢复后自动继续。", "A base register has not answered; making waits and goes on by itself."},
	"license.rule.order":     {"{labels}前后颠倒：前一项不能晚于或大于后一项。", "{labels}: the first cannot be after, or more than, the second."},
	"license.rule.together":  {"{labels}应同时填写，或都不填。", "{labels}: give all of them or none."},
	"license.rule.citizen":   {"{labels}不是正确的公民身份号码。", "{labels}: no valid citizen number."},
	"license.rule.uscc":      {"{labels}不是正确的统一社会信用代码。", "{labels}: no valid social credit code."},
	"license.held":           {"持证主体已有这类证照的有效证照。换发请走变更、延续；确需另发，请核对后再办。", "The holder has a license of this type in force already. Renew or change that one; check before another is issued."},
	"type.rule-order":        {"先后规则只用于两个日期或两个数字。", "A rule of order is about two dates or two numbers."},
	"type.compare-elsewhere": {"由其他系统制发的证照在那里与基础库比对。", "Types made elsewhere are compared with base registers there."},
	"type.compare-field":     {"证照没有这个可比对的字段。", "The license has no such field to compare."},
	"type.compare-none":      {"至少比对一个字段。", "Compare at least one field."},
}
