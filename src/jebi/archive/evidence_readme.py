"""What stands in the README.txt of every evidence package, in three languages (docs/formats/evidence.md, "Layout").

The same words for everybody: nothing in it depends on the package. It promises no more than `verify.py` checks.
"""

ENGLISH = """\
EVIDENCE PACKAGE

What is here
  data/originals/  the clips, byte for byte as the traveller sealed them
  data/derived/    what the desk made of them for looking and listening; it proves nothing
  data/metadata/   what was measured, what files and cameras claim, and what people said: kept apart.
                   Text that a machine wrote is marked "machine"; it may be wrong or invented
  data/custody/    what the desk's log says of the clips, each event with its proof, and the signed manifests

How to check it
  python3 -I verify.py . LOG-KEY

  LOG-KEY is the public key of the desk's log. Ask the desk for it another way: by telephone, in person, in print. The key in
  data/custody/log-key.txt is there for convenience only. Whoever forges a package puts in a key of their own, and may alter
  verify.py and verify_proof.py, too: have those two from elsewhere as well. They need nothing but Python 3.10.
  sha256sum -c manifest-sha256.txt checks the files, and nothing else.

What it proves
  - These bytes are in a list that was signed with the trip key shown: whoever held that key sealed them.
  - They were at the desk no later than the time that a witness or a time-stamping authority gives.
  - The desk logged what is shown, and cannot unsay or alter it.

What it does not prove
  - When, where or by whom anything was filmed. A camera's clock is a claim.
  - That anything was at the desk no earlier than some time.
  - That what people said, a transcript, a translation or a note is true, or that nothing was left out.
  - Where no witness and no authority is named, the time is the desk's word alone.

Take care
  This package is not encrypted. The originals show faces, voices and places as they were filmed; people can be killed for
  that. Keep it on an encrypted disk, pass it on to those only who must have it, and publish nothing of it. A manifest names
  every file of its parcel, those too that are not in here.
"""

KOREAN = """\
증거 꾸러미

들어 있는 것
  data/originals/  영상 원본. 보낸 사람이 봉인한 바이트 그대로
  data/derived/    보고 듣기 위해 편집실에서 만든 파생본. 아무것도 증명하지 않음
  data/metadata/   측정한 것, 파일과 카메라가 주장하는 것, 사람이 말한 것을 따로 구분한 기록.
                   기계가 쓴 글에는 "machine" 표시가 있으며, 틀렸거나 지어낸 것일 수 있음
  data/custody/    이 영상에 대한 보관 기록. 사건마다 증명이 있고, 서명된 목록이 함께 있음

확인하는 방법
  python3 -I verify.py . LOG-KEY

  LOG-KEY는 편집실 보관 기록의 공개 키입니다. 이 꾸러미가 아닌 다른 길로(전화, 대면, 인쇄물) 편집실에서 받으십시오.
  data/custody/log-key.txt의 키는 편의를 위한 것일 뿐입니다. 꾸러미를 위조하는 사람은 자기 키를 넣고 verify.py와
  verify_proof.py도 바꿀 수 있으므로, 이 두 파일도 다른 곳에서 받으십시오. Python 3.10 외에는 아무것도 필요 없습니다.
  sha256sum -c manifest-sha256.txt 는 파일만 확인합니다.

증명하는 것
  - 이 바이트는 표시된 여정 키로 서명된 목록에 있습니다. 그 키를 가진 사람이 봉인했습니다.
  - 이 바이트는 증인이나 시점 확인 기관이 밝힌 시각 이전에 이미 편집실에 있었습니다.
  - 편집실은 표시된 내용을 기록했으며, 이를 취소하거나 고칠 수 없습니다.

증명하지 않는 것
  - 언제, 어디서, 누가 촬영했는지. 카메라의 시계는 주장일 뿐입니다.
  - 어떤 시각 이전에는 편집실에 없었다는 것.
  - 사람이 한 말, 녹취록, 번역, 메모가 사실이라는 것, 또는 빠진 것이 없다는 것.
  - 증인이나 기관이 표시되지 않은 경우, 시각은 편집실의 말일 뿐입니다.

주의
  이 꾸러미는 암호화되어 있지 않습니다. 원본에는 얼굴, 목소리, 장소가 촬영된 그대로 들어 있고, 그 때문에 사람이 죽을 수
  있습니다. 암호화된 디스크에 두고, 꼭 필요한 사람에게만 전하고, 아무것도 공개하지 마십시오. 서명된 목록에는 여기에 없는
  파일까지 같은 소포의 모든 파일 이름이 적혀 있습니다.
"""

JAPANESE = """\
証拠パッケージ

入っているもの
  data/originals/  映像の原本。送った人が封印したバイトのまま
  data/derived/    見たり聞いたりするために編集部が作った派生物。何も証明しない
  data/metadata/   測定したこと、ファイルやカメラが主張すること、人が述べたことを分けた記録。
                   機械が書いた文には「machine」の印があり、誤りや作り話のこともある
  data/custody/    これらの映像についての保管記録。出来事ごとの証明と、署名された目録

確かめ方
  python3 -I verify.py . LOG-KEY

  LOG-KEY は編集部の保管記録の公開鍵です。このパッケージとは別の経路(電話、対面、印刷物)で編集部から受け取ってください。
  data/custody/log-key.txt の鍵は便宜のためのものにすぎません。偽造する者は自分の鍵を入れ、verify.py と verify_proof.py も
  書き換えられるので、この二つも別のところから入手してください。必要なのは Python 3.10 だけです。
  sha256sum -c manifest-sha256.txt はファイルだけを確かめます。

証明すること
  - これらのバイトは、示された旅の鍵で署名された目録にあります。その鍵を持つ者が封印しました。
  - これらのバイトは、立会者またはタイムスタンプ局が示す時刻までに、すでに編集部にありました。
  - 編集部は示されたとおりに記録し、それを取り消すことも書き換えることもできません。

証明しないこと
  - いつ、どこで、誰が撮影したか。カメラの時計は主張にすぎません。
  - ある時刻より前には編集部になかったということ。
  - 人の発言、書き起こし、翻訳、メモが真実であること、また、抜けたものがないこと。
  - 立会者も局も示されていない場合、時刻は編集部の言葉にすぎません。

注意
  このパッケージは暗号化されていません。原本には顔、声、場所が撮影されたまま写っており、そのために人が殺されることが
  あります。暗号化されたディスクに置き、必要な人にだけ渡し、何も公開しないでください。署名された目録には、ここにない
  ファイルも含め、同じ小包のすべてのファイル名が書かれています。
"""

README = f"{ENGLISH}\n\n{KOREAN}\n\n{JAPANESE}".encode()
