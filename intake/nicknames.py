"""Given names and what people call themselves instead, in English and Spanish as desks in the US meet them.

Each line is a circle of names that may be the same person's; a name may stand in several circles ("Alex", "Chris").
"""

from __future__ import annotations

_CIRCLES = """
abigail abby gail
albert al bert bertie
alberto beto
alejandra alexandra sandra alex alexa lexi ale
alejandro alexander alex alec sandy xander ale
alfred al fred freddie
alfredo fredo
alice alicia allie ali
amanda mandy
andrea andi drea
andrew andy drew
andres andy
angela angie
ann anne anna annie nan nancy
anthony tony
antonia toni
antonio tony tono
arthur art artie
barbara barb barbie babs
benjamin ben benny benji
bernard bernie
beverly bev
bradley brad
calvin cal
cameron cam
carolyn caroline carrie carol
catherine katherine kathryn katharine cathy kathy kate katie kitty kay kat
charles charlie chuck chaz carlos
charlotte lottie charlie
christina christine tina chris chrissy christy kristina
christopher chris topher kit
clifford cliff
concepcion concha
consuelo chelo
cynthia cindy
daniel dan danny
daniela dani
david dave davey
deborah debra deb debbie
dennis denny
dolores lola
donald don donnie
dorothy dot dottie dolly
douglas doug
edmund ed eddie ned
eduardo eddie lalo
edward ed eddie ted teddy ned
eleanor ellie nell nora
elizabeth liz lizzie beth betty betsy eliza elisa libby lisa bess
emily em emmy
emmanuel manny manuel
enrique kike quique
ernest ernie
eugene gene
evelyn evie
frances fran franny
francis frank
francisco paco pancho frank cisco
franklin frank
frederick fred freddie rick
gabriel gabe
gabriela gaby gabi
geoffrey jeffrey jeff geoff
gerald jerry gerry
gilbert gil
gloria glory
gregory greg
guadalupe lupe
guillermo memo will william
harold hal harry
harriet hattie
helen nell ellen
henry hank harry hal
herbert herb bert
ignacio nacho
isabella isabel bella izzy
jacob jake
jacqueline jackie
james jim jimmy jamie
jane janie jenny
janet jan
jason jay
jennifer jen jenny jenn
jessica jess jessie
jesus chuy
joan joanie
john johnny jack
jonathan jon jonny nathan
jose pepe
josefina josephine pepa josie jo
joseph joe joey
joshua josh
juan juanito
judith judy
julia julie
katrina kat trina
kenneth ken kenny
kimberly kim
laura laurie lori
lawrence laurence larry
leonard leo len lenny
leonardo leo
leslie les
lillian lily lil
louis lou louie luis
louise lou
lucille lucy
luis lucho
madeline maddie
manuel manny manolo
margaret maggie meg peggy marge margie greta rita daisy
margarita margo rita
maria mary mari
martha marty
martin marty
mary molly polly mamie
matilda tilly
matthew matt
maxwell max
maximilian max
megan meg
melanie mel
melissa mel missy lissa
mercedes mercy meche
michael mike mikey mick micky
miguel mike
michelle shelly mickey
mildred millie
miranda mindy
mitchell mitch
nathaniel nathan nate nat
nathan nate
natalie nat
nicholas nick nicky nico
nicole nicky nikki
norman norm
olivia liv livvy
oscar ozzie
pamela pam
patricia pat patty trish tricia
patrick pat paddy
penelope penny
peter pete
philip phillip phil
priscilla cilla
rachel rae
rafael rafa ralph
ramon moncho
raymond ray
rebecca becky becca
reginald reggie
richard rick ricky rich dick richie
ricardo rick ricky rico
robert bob bobby rob robbie bert
roberto beto rob
roderick rod
rodrigo rigo
roger rodge
ronald ron ronnie
rosa rosie rosita
rosemary rose rosie
roy leroy
rudolph rudy
rodolfo rudy
russell russ
samantha sam sammy
samuel sam sammy
sandra sandy
santiago santi chago
sarah sally sadie sara
sergio checo
sharon shari
sidney sid
silvia sylvia
solomon sol
sophia sophie
stanley stan
stephanie steph
stephen steven steve stevie
stuart stu
susan sue susie suzanne suzy
sylvester sly
teresa theresa terry tess tessa
terence terrance terry
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias toby
tomas tom
valentina val
valerie val
veronica ronnie vero
vicente vince chente
victor vic
victoria vicky tori vicki
vincent vince vinny
virginia ginny ginger
vivian viv
walter walt wally
wallace wally
wendell wen
wilfred will fred
william will bill billy willie liam
winifred winnie
yolanda yoli
zachary zach zack
"""


def _read(circles: str) -> dict[str, frozenset[int]]:
    numbers: dict[str, set[int]] = {}
    for number, line in enumerate(circles.split("\n")):
        for name in line.split():
            numbers.setdefault(name, set()).add(number)
    return {name: frozenset(circle) for name, circle in numbers.items()}


_CIRCLES_OF = _read(_CIRCLES)


def may_be_one(one: str, other: str) -> bool:
    """Return whether two folded given names stand in one circle: "bill" and "william" do, "ann" and "john" do not."""
    return bool(_CIRCLES_OF.get(one, frozenset()) & _CIRCLES_OF.get(other, frozenset()))
