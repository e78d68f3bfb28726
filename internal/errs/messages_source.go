package errs

// Words of base registers, of the rules at entry, and of licenses that are kept at their source.
var sourceMessages = messages{
	"register.mismatch":      {"与{register}的数据不一致（{fields}），不能制证。请与当事人核对后再办。", "Data differ from {registerEn} ({fields}); no license can be made. Check them with the holder."},
	"register.down":          {"{register}现在没有答复，按规则不能决定。请稍后再试。", "There is no answer from {registerEn}, and by its rule nothing can be decided now. Try again later."},
	"register.waits":         {"基础库还没有答复，制证在等待，恢复后自动继续。", "A base register has not answered; making waits and goes on by itself."},
	"type.compare-elsewhere": {"由其他系统制发的证照在那里与基础库比对。", "Types made elsewhere are compared with base registers there."},
	"type.compare-field":     {"证照没有这个可比对的字段。", "The license has no such field to compare."},
	"type.compare-none":      {"至少比对一个字段。", "Compare at least one field."},
}
