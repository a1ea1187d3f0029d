"""Words that say nothing of a text's subject, and names of months and days, of many languages as one set."""

from __future__ import annotations

STOPS = """
the a an of to and in that is was for on with as by at from it he his she her they their be are were has have had
but not this which who will would been its or said you we i our your can about more after than when there if one
der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass
sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
le la les de des du et à un une en que qui dans pour par sur au plus pas ne se ce il elle sont avec est ont été mais
aux cette ces comme ou son sa ses leur nous vous el los las y del se por con no una su para al lo como más pero sus
ha o este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo durante o os e do da
dos das em um uma não com na no nas nos ao pelo pela mas foi são mais il lo gli di che è per con non una sono dei
della delle nel nella alla ma anche più come si het een van en is dat op te zijn met voor niet aan er om ook door
maar bij uit dan naar i w z na do nie się że jest to o jak od po co ale przez za są był było tym и в не на что с он
как это по к но за из у от о же для бы его их а то при или так и да се са на је у ο η το και να του της με για από
στο στη των τον την οι τα σε που θα δεν είναι στην في من على إلى أن التي الذي عن مع هذا هذه كان لا ما قد بين بعد
och att det som på är av för med den till inte om ett han var från men og til ikke er har ve bir bu için ile da de
"""

DATES = """january february march april may june july august september october november december jan feb mar apr
jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
janvier février mars avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi
samedi dimanche enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre am pm"""
