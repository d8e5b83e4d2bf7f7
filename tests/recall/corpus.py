"""Sentences of which every word is known: Korean with particles on its words, Japanese without a space.

`sentences` uses every word of `KOREAN` and `JAPANESE` several times; the same seed gives the same ones.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KOREAN = _listed("""
    쌀 물 집 밥 옷 약 강 산 불 돈 길 역 밤 눈 비 배 논 밭 소 개 말 손 발 칼 총 줄 빵 술 국 떡 섬 땅 벽 문 탑
    시장 쌀값 장사 군인 병사 초소 국경 도강 단속 체포 석방 재판 처형 광장 학교 학생 교사 병원 의사 환자 배급 식량 감자 김치 전기
    정전 석탄 나무 기차 열차 화물 버스 트럭 도로 다리 철길 검문 통행 신분 편지 전화 영화 노래 방송 신문 사진 촬영 농민 농장 수확
    홍수 가뭄 공장 노동 임금 월급 환율 달러 위안 연료 경비 감시 신고 밀고 도청 압수 벌금 뇌물 간부 당원 평양 혜산 청진 함흥 원산
    장마당 확성기 보위부 보안원 안전원 군부대 수용소 감옥소 강연회 생활비 쌀가게 담배값 손전화 검열단 사상전 돌격대 인민반 라디오
    노동자 여성들 아이들 할머니 아버지 어머니 이웃집 탈북자 밀무역 밀수꾼 압록강 두만강 고층집 전광판 배급표 식당차 옥수수 휘발유
    인민보안 국가보위 사상교육 강제노동 공개재판 식량배급 농촌동원 외화벌이 국경경비 야간통금 가택수색 휴대전화 남한영화 소달구지
    장사활동 배급중단 주민등록 정치범들 군사훈련 건설현장 학습회의 자력갱생 쌀값상승 환율변동
    국가보위성 인민보안서 농촌지원대 사회안전부 강제북송자 국경경비대 청년돌격대 여성동맹원 외화벌이꾼 식량공급소 정치범가족
""")
JAPANESE = _listed("""
    米 水 家 服 薬 川 山 火 金 道 駅 夜 雪 雨 船 田 畑 牛 犬 馬 手 足 銃 酒 島 壁 門 塔 橋 車
    市場 米価 兵士 国境 逮捕 裁判 処刑 広場 学校 教師 病院 医者 患者 配給 食糧 電気 停電 石炭 木材 列車 貨物 道路 検問 身分 手紙 電話
    映画 放送 新聞 写真 撮影 農民 農場 収穫 洪水 干害 工場 労働 賃金 為替 燃料 警備 監視 密告 盗聴 没収 罰金 賄賂 幹部 党員 平壌 恵山
    バス パン ドル ラジオ テレビ カメラ カード ドラマ 拡声器 保衛部 収容所 強制力 公開刑 講演会 生活費 米屋街 携帯網 検閲団 突撃隊
    人民班 労働者 女性達 子供達 隣の家 脱北者 密貿易 鴨緑江 豆満江 電光板 配給票 食堂車 トラック ガソリン ニュース メモリー
    思想教育 強制労働 公開裁判 食糧配給 農村動員 外貨稼ぎ 国境警備 夜間外出 家宅捜索 携帯電話 韓国映画 市場活動 配給中止 住民登録
    軍事訓練 建設現場 学習会議 自力更生 米価上昇 為替変動
    政治犯家族 国家保衛省 人民保安署 農村支援隊 社会安全部 強制送還者 国境警備隊 青年突撃隊 女性同盟員 食糧供給所 スピーカー
""")
PARTICLES = _listed("은 는 이 가 을 를 에 에서 에서는 으로 도 만 까지 부터 의 와 과 한테 에게서 보다 마다")
ENDINGS = _listed("있었다 없었다 보았다고 갔습니다 왔어요 들었다 말했다 올랐다 내렸다 끊겼다 팔았다 샀다")
KANA_PARTICLES = _listed("は が を に で へ と も から まで より の では には")
KANA_ENDINGS = _listed(
    "あった なかった 見たという 行きました 来たよ 聞いた 話した 上がった 下がった 途絶えた 売った 買った"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A text, and the words of the lists that were put into it."""

    text: str
    words: frozenset[str]


def words() -> list[str]:
    """All words, each once."""
    return list(dict.fromkeys((*KOREAN, *JAPANESE)))


def sentences(count: int, seed: int = 1) -> list[Sentence]:
    """So many, half of them in each language."""
    dice = random.Random(seed)
    korean, japanese = _endless(KOREAN, dice), _endless(JAPANESE, dice)
    return [_korean(korean, dice) if number % 2 else _japanese(japanese, dice) for number in range(count)]


def _endless(given: tuple[str, ...], dice: random.Random) -> Iterator[str]:
    """Every word, then every word again in another order."""
    while True:
        yield from dice.sample(given, len(given))


def _korean(following: Iterator[str], dice: random.Random) -> Sentence:
    used = [next(following) for _ in range(dice.randint(2, 5))]
    parts = [word + dice.choice([*PARTICLES, ""]) for word in used]
    return Sentence(text=f"{' '.join(parts)} {dice.choice(ENDINGS)}.", words=frozenset(used))


def _japanese(following: Iterator[str], dice: random.Random) -> Sentence:
    used = [next(following) for _ in range(dice.randint(2, 5))]
    parts = [word + dice.choice(KANA_PARTICLES) for word in used]
    return Sentence(text=f"{''.join(parts)}{dice.choice(KANA_ENDINGS)}。", words=frozenset(used))
