"""One good file of each skill, written for the tests."""

READING = """\
id: fi-r-900
language: fi
skill: reading
level: A1.2
area: shop
text_type: price_list
topic: torin hinnat
author: Kokeilija
seconds: 60
enemies: []
stimulus:
  - heading: Torin hinnat
  - paragraph: Tervetuloa torille!
  - picture: red-apple
    alt: omena
  - rows: [[Peruna, "1,20"], [Omena, "2,50"]]
items:
  - id: fi-r-900-1
    kind: choice
    level: A1.2
    focus: detail
    descriptor: Löytää yhden hinnan lyhyestä hinnastosta.
    instruction: choose_price
    prompt: Paljonko omenat maksavat?
    options:
      - {id: a, text: "1,20 €", as: price, why: Perunan hinta.}
      - {id: b, text: "2,50 €", as: price, why: "Omenan rivillä lukee 2,50 €."}
      - {id: c, text: "3,10 €", as: price, why: Banaanin hinta.}
    key: b
    reason: Omenan rivillä on hinta 2,50 euroa.
"""

LISTENING = """\
id: fi-l-900
language: fi
skill: listening
level: A1.2
area: shop
text_type: dialogue
topic: aukioloaika
author: Kokeilija
seconds: 20
enemies: []
speakers: {A: female, B: male}
script:
  - {speaker: A, text: "Hei! Mihin aikaan kauppa aukeaa?"}
  - {pause: 0.8}
  - {speaker: B, text: "Kello yhdeksän."}
items:
  - id: fi-l-900-1
    kind: choice
    level: A1.2
    focus: detail
    descriptor: Ymmärtää kellonajan lyhyessä vastauksessa.
    instruction: choose_time
    options:
      - {id: a, text: "8.00", as: time, why: Kahdeksaa ei sanota.}
      - {id: b, text: "10.00", as: time, why: Kymmentä ei sanota.}
      - {id: c, text: "9.00", as: time, why: Mies sanoo yhdeksän.}
    key: c
    reason: Mies sanoo, että kauppa aukeaa yhdeksältä.
"""

WRITING = """\
id: fi-w-900
language: fi
skill: writing
level: A2.1
levels: [A1.3, B1.1]
area: neighbours
text_type: message
topic: viesti naapurille
author: Kokeilija
situation: Kirjoita viesti naapurille.
bullets: [Kerro, kuka olet., Pyydä apua.]
words: [20, 60]
minutes: 10
notes: Riittää, että pyyntö ymmärretään.
"""

SPEAKING = """\
id: fi-s-900
language: fi
skill: speaking
level: A2.1
levels: [A1.3, B1.1]
area: leisure
topic: vapaa-aika
author: Kokeilija
warm_up: [Mitä kuuluu?]
situation: Puhumme vapaa-ajasta.
questions: [Mitä teet viikonloppuna?]
follow_ups: [Kenen kanssa?]
notes: Anna aikaa.
"""
