/** 网上申请的办件：申请人上传的文件、退回补正。 */
export const onlineZh = {
  online: {
    files: '申请人上传的文件',
    newPage: '在新页打开',
    closed: '取件后可以打开',
    ground: { plain: '没有对应的证照', missing: '库中没有证照，先收扫描件', unusable: '证照不在有效状态，先收扫描件' },
    correct: '退回补正',
    correctDone: '已退回申请人补正，补正后仍由您办理。',
    correctLead: '写清哪里不对、要怎么改。申请人会收到消息；补正提交后，办理期限重新计算。一次说全，不要分几次退。',
    item: '第{n}项',
    about: '哪一项',
    whole: '整个申请',
    material: '材料：{name}',
    field: '表单：{name}',
    text: '哪里不对，怎么改',
    textNeeded: '请写明哪里不对、要怎么改。',
    add: '再加一项',
    remove: '删去这一项',
    removeItem: '删去第{n}项',
    takeNote: '这个办件是网上申请的。取件后由您办理，所需证照自动取用，每次取用都有记录。',
  },
}
